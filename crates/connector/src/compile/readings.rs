//! How answers are read: where rows and objects are, the unified record, the model that documentation shows.

use serde_json::Value;

use crate::definition::{Definition, RequestDefinition, ResourceDefinition};
use crate::entries::Entry;
use crate::error::{Scope, Source};
use crate::place::{Path, Place};
use crate::reading::{Member, Reading};
use crate::{DefinitionError, nearest};

/// Types of a model's fields.
const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "date", "object", "array"];

/// The reading of one operation: what its request says, else its resource, else `response:`.
pub(super) fn reading(
    source: Source<'_>,
    at: Scope<'_>,
    definition: &Definition,
    (own, request): (&ResourceDefinition, &RequestDefinition),
) -> Result<Reading, DefinitionError> {
    let all = &definition.response;
    let response = source.top("response");
    let path = |name: &str, request: &Option<String>, own: &Option<String>, all: &Option<String>| {
        let at = if request.is_some() || own.is_some() { at } else { response.member(name) };
        match request.as_ref().or(own.as_ref()).or(all.as_ref()) {
            Some(text) => Path::parse(text).map_err(|message| at.error_at(text, message)),
            None => Ok(Path::default()),
        }
    };
    let error = all.error.as_ref();
    let error = error.map(|text| Place::parse(text).map_err(|message| response.member("error").error(message)));
    Ok(Reading {
        items: path("items", &request.items, &own.items, &all.items)?,
        item: path("item", &request.item, &own.item, &all.item)?,
        error: error.transpose()?,
        statuses: all.statuses.0.iter().map(|entry| (entry.key.clone(), entry.value)).collect(),
        wrap: own.wrap.clone(),
        record: own.record.0.iter().map(|entry| member(at, entry)).collect::<Result<_, _>>()?,
    })
}

fn member(at: Scope<'_>, entry: &Entry<Value>) -> Result<(String, Member), DefinitionError> {
    let wrong = |message: String| at.at_line(entry.line).error(message);
    if entry.key.contains(['"', '\\']) || entry.key.chars().any(char::is_control) {
        return Err(wrong(format!("\"{}\" cannot be the name of a member", entry.key)));
    }
    let member = match &entry.value {
        Value::String(place) => Member::At(Path::parse(place).map_err(wrong)?),
        Value::Object(members) => match (members.get("of"), members.get("is"), members.get("value"), members.len()) {
            (Some(Value::String(of)), Some(Value::String(text)), None, 2) => {
                Member::Is { of: Path::parse(of).map_err(wrong)?, text: text.clone() }
            }
            (None, None, Some(value), 1) => Member::Fixed(value.to_string()),
            _ => return Err(wrong(format!("\"{}\" is a place, {{ of, is }} or {{ value }}", entry.key))),
        },
        other => Member::Fixed(other.to_string()),
    };
    Ok((entry.key.clone(), member))
}

/// The fields of a resource and their types.
pub(super) fn model(at: Scope<'_>, raw: &ResourceDefinition) -> Result<Vec<(String, String)>, DefinitionError> {
    let field = |entry: &Entry<String>| {
        if TYPES.contains(&entry.value.as_str()) {
            return Ok((entry.key.clone(), entry.value.clone()));
        }
        let hint = nearest::hint(&entry.value, TYPES);
        let message = format!("\"{}\" is none of the types {}{hint}", entry.value, TYPES.join(", "));
        Err(at.at_line(entry.line).error(message))
    };
    raw.model.0.iter().map(field).collect()
}

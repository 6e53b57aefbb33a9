//! How an answer becomes the caller's: where rows and objects are, the unified record, the chosen fields, the provider's words.

use serde_json::{Map, Value};

use crate::json::{Json, unescaped};
use crate::place::{Answer, Path, Place};

/// How an operation's answers are read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    pub(crate) items: Path,
    pub(crate) item: Path,
    pub(crate) error: Option<Place>,
    /// The status of a failure by how the provider's words begin.
    pub(crate) statuses: Vec<(String, u16)>,
    /// Name under which a body is sent.
    pub(crate) wrap: Option<String>,
    /// The unified record; empty where the provider's own is shown.
    pub(crate) record: Vec<(String, Member)>,
}

/// Where a member of the unified record comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Member {
    /// From a place.
    At(Path),
    /// True where a place has this text.
    Is { of: Path, text: String },
    /// The same in every record, as JSON.
    Fixed(String),
}

/// What is shown of a record.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// Whether members that are null are left out.
    pub without_nulls: bool,
    /// The fields to be shown, with dots for members of members; empty means all.
    pub fields: Vec<String>,
}

/// Where providers usually put their words.
const USUAL_WORDS: [&str; 10] = [
    "message",
    "error.message",
    "error_description",
    "error_summary",
    "error",
    "errors[0].message",
    "errorMessages[0]",
    "errors[0]",
    "detail",
    "title",
];

impl Reading {
    /// The rows of a list; `None` when there is no list where it should be.
    pub fn rows<'v, 'a>(&self, body: &'v Json<'a>) -> Option<&'v [Json<'a>]> {
        match self.items.of(body)? {
            Json::Array(rows) => Some(rows),
            _ => None,
        }
    }

    /// The object of an answer that is no list; the whole answer where the provider leaves its wrapping out.
    pub fn object<'v, 'a>(&self, body: &'v Json<'a>) -> &'v Json<'a> {
        self.item.of(body).unwrap_or(body)
    }

    /// Writes a record in the caller's shape.
    pub fn write(&self, row: &Json<'_>, shape: &Shape, out: &mut Vec<u8>) {
        if self.record.is_empty() && shape.fields.is_empty() {
            row.write(shape.without_nulls, out);
            return;
        }
        let unified = self.unify(row);
        if shape.fields.is_empty() {
            unified.write(shape.without_nulls, out);
        } else {
            let fields: Vec<&str> = shape.fields.iter().map(String::as_str).collect();
            project(&unified, &fields).write(shape.without_nulls, out);
        }
    }

    fn unify<'x>(&'x self, row: &Json<'x>) -> Json<'x> {
        if self.record.is_empty() || !matches!(row, Json::Object(_)) {
            return row.clone();
        }
        let value = |member: &'x Member| match member {
            Member::At(path) => path.of(row).cloned().unwrap_or(Json::Scalar("null")),
            Member::Is { of, text } => {
                let is = of.of(row).and_then(Json::text).is_some_and(|found| found == text.as_str());
                Json::Scalar(if is { "true" } else { "false" })
            }
            Member::Fixed(json) => Json::Scalar(json),
        };
        Json::Object(self.record.iter().map(|(name, member)| (name.as_str(), value(member))).collect())
    }

    /// The provider's name of a field of the unified record, where it has another.
    pub fn vendor_name(&self, name: &str) -> Option<String> {
        let (_, member) = self.record.iter().find(|(known, _)| known == name)?;
        match member {
            Member::At(path) => path.members().map(|members| members.join(".")),
            Member::Is { .. } | Member::Fixed(_) => None,
        }
    }

    /// A caller's body in the provider's names.
    pub fn vendor_body(&self, body: Value) -> Value {
        let Value::Object(members) = body else { return body };
        let mut renamed = Map::new();
        for (name, value) in members {
            let path = self.record.iter().find(|(known, _)| *known == name).and_then(|(_, member)| match member {
                Member::At(path) => path.members(),
                _ => None,
            });
            match path {
                Some(path) if !path.is_empty() => put(&mut renamed, &path, value),
                _ => {
                    renamed.insert(name, value);
                }
            }
        }
        Value::Object(renamed)
    }

    /// Whether bodies have the provider's names and no wrapping.
    pub(crate) fn keeps_bodies(&self) -> bool {
        self.wrap.is_none() && self.record.is_empty()
    }

    /// A body under the name that the provider expects.
    pub fn wrapped(&self, body: Value) -> Value {
        match &self.wrap {
            Some(name) => Value::Object(Map::from_iter([(name.clone(), body)])),
            None => body,
        }
    }

    /// The status that the definition gives to a failure with these words.
    pub fn status(&self, words: &str) -> Option<u16> {
        self.statuses.iter().find(|(beginning, _)| words.starts_with(beginning.as_str())).map(|(_, status)| *status)
    }

    /// The provider's words in a failed answer.
    pub fn words(&self, answer: Answer<'_>) -> Option<String> {
        let own = self.error.as_ref().and_then(|place| place.read(answer));
        own.or_else(|| {
            let body = answer.body?;
            let usual = USUAL_WORDS.iter().filter_map(|place| Path::parse(place).ok());
            usual.into_iter().find_map(|path| path.of(body)?.text().map(std::borrow::Cow::into_owned))
        })
    }
}

fn put(into: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [name] => {
            into.insert((*name).to_owned(), value);
        }
        [name, rest @ ..] => {
            let inner = into.entry(*name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// Only the named fields, in the order of the record.
fn project<'x>(value: &Json<'x>, fields: &[&str]) -> Json<'x> {
    match value {
        Json::Array(items) => Json::Array(items.iter().map(|item| project(item, fields)).collect()),
        Json::Object(members) => {
            let keep = |(key, value): &(&'x str, Json<'x>)| {
                let name = unescaped(key);
                if fields.contains(&&*name) {
                    return Some((*key, value.clone()));
                }
                let inner: Vec<&str> =
                    fields.iter().filter_map(|field| field.strip_prefix(&*name)?.strip_prefix('.')).collect();
                (!inner.is_empty()).then(|| (*key, project(value, &inner)))
            };
            Json::Object(members.iter().filter_map(keep).collect())
        }
        Json::Scalar(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use serde_json::json;

    use super::{Member, Reading, Shape};
    use crate::json::Json;
    use crate::place::{Answer, Path};

    fn reading() -> Reading {
        let at = |path: &str| Member::At(Path::parse(path).unwrap());
        let record = vec![
            ("id".to_owned(), at("id")),
            ("name".to_owned(), at("meta.display_name")),
            ("directory".to_owned(), Member::Is { of: Path::parse("[\".tag\"]").unwrap(), text: "folder".to_owned() }),
            ("tags".to_owned(), Member::Fixed("[]".to_owned())),
        ];
        Reading { record, wrap: Some("file".to_owned()), ..Reading::default() }
    }

    fn written(fields: &[&str], without_nulls: bool) -> String {
        let text = r#"{".tag":"folder","id":7,"meta":{"display_name":"x"},"other":1}"#;
        let shape = Shape { without_nulls, fields: fields.iter().map(|field| (*field).to_owned()).collect() };
        let mut out = Vec::new();
        reading().write(&Json::parse(text).unwrap(), &shape, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_record_has_the_unified_members_and_no_others() {
        assert_eq!(written(&[], true), r#"{"id":7,"name":"x","directory":true,"tags":[]}"#);
        assert_eq!(written(&["name", "nothing"], true), r#"{"name":"x"}"#);
    }

    #[test]
    fn fields_reach_into_members() {
        let mut out = Vec::new();
        let shape = Shape { without_nulls: false, fields: vec!["a.b".to_owned(), "l.x".to_owned()] };
        let json = Json::parse(r#"{"a":{"b":null,"c":2},"l":[{"x":1,"y":2}],"z":1}"#).unwrap();
        Reading::default().write(&json, &shape, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), r#"{"a":{"b":null},"l":[{"x":1}]}"#);
    }

    #[test]
    fn bodies_are_translated_back() {
        let reading = reading();
        let body = reading.wrapped(reading.vendor_body(json!({ "name": "n", "extra": 1 })));
        assert_eq!(body, json!({ "file": { "meta": { "display_name": "n" }, "extra": 1 } }));
        assert_eq!(reading.vendor_name("name").as_deref(), Some("meta.display_name"));
    }

    #[test]
    fn the_providers_words_are_found_where_providers_put_them() {
        let headers = HeaderMap::new();
        let words = |text: &str| {
            let json = Json::parse(text).unwrap();
            Reading::default().words(Answer { headers: &headers, body: Some(&json) })
        };
        assert_eq!(words(r#"{"error":{"message":"no"}}"#).as_deref(), Some("no"));
        assert_eq!(words(r#"{"error":"bad"}"#).as_deref(), Some("bad"));
        assert_eq!(words(r#"{"errors":["one","two"]}"#).as_deref(), Some("one"));
        assert_eq!(words(r#"{"ok":false}"#), None);
    }
}

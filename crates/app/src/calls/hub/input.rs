//! What a caller sends, sorted: values for places, the list's controls, the body, and what passes to the provider as it is.

use bytes::Bytes;
use http::header::{self, HeaderMap};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use keyway_connector::{Given, Inputs, Json, Operation, Parameter, ParameterKind, ParameterSource, Reading, Scope};
use keyway_egress::Body;
use keyway_model::Problems;
use serde_json::Value;

use super::Asking;
use super::exchange::Exchange;
use crate::{Error, Result};

/// Largest body of a call that is not streamed (section 12).
pub(super) const MAX_BODY: usize = 8 * 1024 * 1024;

/// Parameters of lists that the platform defines.
const LIST: [&str; 7] = ["where", "orderBy", "fields", "page", "pageSize", "nextPage", "returnCount"];

/// A caller's query, decoded.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(asking: Asking<'_>) -> Self {
        Self(url_pairs(asking.query.unwrap_or_default()))
    }

    /// The one value of a parameter.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>, Problems> {
        let mut found = self.all(name).into_iter();
        match (found.next(), found.next()) {
            (value, None) => Ok(value),
            _ => Err(Problems::one(name, "must be sent once")),
        }
    }

    /// Every value of a parameter, also under its name with brackets.
    fn all(&self, name: &str) -> Vec<&str> {
        let is = |key: &str| key == name || key.strip_suffix("[]") == Some(name);
        self.0.iter().filter(|(key, _)| is(key)).map(|(_, value)| value.as_str()).collect()
    }

    /// What nobody here understands passes to the provider.
    pub(super) fn rest(&self, operation: &Operation) -> Vec<(String, String)> {
        let listed = |name: &str| operation.listing.is_some() && LIST.contains(&name);
        let shaped = |name: &str| operation.listing.is_none() && name == "fields";
        let declared = |name: &str| {
            let plain = name.strip_suffix("[]").unwrap_or(name);
            let mut own = operation.parameters.iter().filter(|own| own.source == ParameterSource::Query);
            own.any(|own| own.outer == plain)
        };
        let unknown = |(name, _): &&(String, String)| !listed(name) && !shaped(name) && !declared(name);
        self.0.iter().filter(unknown).cloned().collect()
    }
}

fn url_pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// Values of the places that path, query and headers fill.
pub(super) fn inputs<'a>(exchange: &Exchange<'a>, asking: Asking<'_>, query: &Query) -> Result<Inputs<'a>> {
    let mut places: Vec<(String, Given)> =
        asking.found.places.iter().map(|(name, raw)| (name.clone(), Given::Segment(raw.clone()))).collect();
    let mut problems = Problems::default();
    for parameter in &asking.found.operation.parameters {
        let header;
        let given = match parameter.source {
            ParameterSource::Query => query.all(&parameter.outer),
            ParameterSource::Header => {
                header = header_values(asking.headers, parameter);
                header.iter().map(String::as_str).collect()
            }
            ParameterSource::Body | ParameterSource::Form => continue,
        };
        read(parameter, &given, &mut places, &mut problems);
    }
    problems.into_result()?;
    let scope = Scope::of(&exchange.snapshot.settings).at(exchange.moment);
    Ok(Inputs { scope, places, body: None, previous: None })
}

fn header_values(headers: &HeaderMap, parameter: &Parameter) -> Vec<String> {
    let values = headers.get_all(parameter.outer.as_str()).iter();
    values.filter_map(|value| value.to_str().ok().map(str::to_owned)).collect()
}

fn read(parameter: &Parameter, given: &[&str], places: &mut Vec<(String, Given)>, problems: &mut Problems) {
    match parameter.read(given) {
        Ok(Some(value)) => places.push((parameter.name.clone(), Given::Json(value))),
        Ok(None) => {}
        Err(wrong) => problems.0.extend(wrong.0),
    }
}

/// Fills the places that fields of a form fill.
pub(super) fn add_form(operation: &Operation, fields: &[(String, String)], inputs: &mut Inputs<'_>) -> Result<()> {
    let mut problems = Problems::default();
    for parameter in operation.parameters.iter().filter(|own| own.source == ParameterSource::Form) {
        let is = |key: &str| key == parameter.outer || key.strip_suffix("[]") == Some(parameter.outer.as_str());
        let given: Vec<&str> = fields.iter().filter(|(key, _)| is(key)).map(|(_, value)| value.as_str()).collect();
        read(parameter, &given, &mut inputs.places, &mut problems);
    }
    Ok(problems.into_result()?)
}

/// Takes the declared members out of the caller's JSON body, and puts what is left into the provider's names.
pub(super) fn add_body(
    operation: &Operation,
    reading: &Reading,
    body: Option<Value>,
    inputs: &mut Inputs<'_>,
) -> Result<()> {
    let mut body = body;
    let mut problems = Problems::default();
    for parameter in operation.parameters.iter().filter(|own| own.source == ParameterSource::Body) {
        let taken =
            body.as_mut().and_then(Value::as_object_mut).and_then(|members| members.shift_remove(&parameter.outer));
        match taken {
            None | Some(Value::Null) => read(parameter, &[], &mut inputs.places, &mut problems),
            Some(Value::String(text)) => read(parameter, &[&text], &mut inputs.places, &mut problems),
            // Numbers, lists and objects keep their type.
            Some(value) if is_free(parameter) => inputs.places.push((parameter.name.clone(), Given::Json(value))),
            Some(value) => read(parameter, &[&value.to_string()], &mut inputs.places, &mut problems),
        }
    }
    problems.into_result()?;
    inputs.body = body.map(|body| reading.wrapped(reading.vendor_body(body)));
    Ok(())
}

/// Whether a JSON value that is no text may be anything.
const fn is_free(parameter: &Parameter) -> bool {
    let any = matches!(parameter.kind, ParameterKind::String | ParameterKind::Array);
    any && parameter.map.is_empty() && parameter.options.is_empty()
}

/// Reads a caller's body, up to the limit.
pub(super) async fn read_body(exchange: &Exchange<'_>, body: Incoming) -> Result<Bytes> {
    let body = Limited::new(Body::stream(body, exchange.egress.limits().idle), MAX_BODY);
    match body.collect().await {
        Ok(read) => Ok(read.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Error::TooLarge("the body is larger than the 8 MB that a call may carry".to_owned()))
        }
        Err(error) => Err(Error::invalid("body", format!("cannot be read: {error}"))),
    }
}

/// The media type of a caller's body, without its parameters.
pub(super) fn media_type(headers: &HeaderMap) -> String {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Reads a JSON body; the error names it.
pub(super) fn json_body(bytes: &Bytes) -> Result<Option<Value>> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    serde_json::from_slice(bytes).map(Some).map_err(|error| Error::invalid("body", format!("is not JSON: {error}")))
}

/// Whether a JSON body holds nothing; the error names it.
pub(super) fn is_empty_json(bytes: &Bytes) -> Result<bool> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(true);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Error::invalid("body", "must be UTF-8"))?;
    let json = Json::parse(text).map_err(|error| Error::invalid("body", format!("is {error}")))?;
    Ok(json.is_null() || matches!(json, Json::Object(members) if members.is_empty()))
}

/// Reads a form body.
pub(super) fn form_body(bytes: &Bytes) -> Vec<(String, String)> {
    url_pairs(&String::from_utf8_lossy(bytes))
}

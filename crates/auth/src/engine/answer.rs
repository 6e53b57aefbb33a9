//! A provider's answer as expressions read it: JSON, a form, XML, or nothing but text.

use std::time::Duration;

use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use keyway_egress::Body;
use serde_json::{Map, Value};

use super::failure::Failure;

/// How much of an answer is read.
const LONGEST: usize = 1024 * 1024;

/// An answer that was read whole.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    /// Values by lower-case name; those of one name are joined with commas.
    pub(super) headers: Map<String, Value>,
    /// Cookies that the answer sets, by name.
    pub(super) cookies: Map<String, Value>,
    /// The body as a value; null where it is none.
    pub(super) body: Value,
    /// The body as text.
    pub(super) text: String,
}

impl Reply {
    /// Reads an answer.
    pub(super) async fn read(answer: http::Response<Incoming>, limit: Duration) -> Result<Self, Failure> {
        let (parts, body) = answer.into_parts();
        let body = Limited::new(Body::stream(body, limit), LONGEST);
        // An answer that drips is no answer.
        let read = tokio::time::timeout(limit, body.collect()).await;
        let read = read.map_err(|_| Failure::Broken("was not finished in time".to_owned()))?;
        let read = read.map_err(|error| Failure::Broken(format!("cannot be read: {error}")))?;
        Ok(Self::new(parts.status, &parts.headers, &String::from_utf8_lossy(&read.to_bytes())))
    }

    pub(super) fn new(status: StatusCode, headers: &HeaderMap, text: &str) -> Self {
        let mut all = Map::new();
        let mut cookies = Map::new();
        for name in headers.keys() {
            let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
            let values: Vec<_> = values.collect();
            if name == http::header::SET_COOKIE {
                cookies.extend(values.iter().filter_map(|text| cookie(text)));
            }
            all.insert(name.as_str().to_owned(), values.join(", ").into());
        }
        let kind = all.get("content-type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        Self { status, body: body(&kind, text), headers: all, cookies, text: text.to_owned() }
    }

    /// An answer that was kept.
    pub(super) fn kept(status: u16, headers: Map<String, Value>, cookies: Map<String, Value>, text: String) -> Self {
        let kind = headers.get("content-type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        Self { status, body: body(&kind, &text), headers, cookies, text }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(Value::as_str)
    }

    #[cfg(test)]
    pub(super) fn of(status: u16, text: &str) -> Self {
        Self::kept(status, Map::new(), Map::new(), text.to_owned())
    }

    /// What expressions read of it.
    pub(super) fn roots(&self) -> [(&'static str, Value); 5] {
        [
            ("status", self.status.as_u16().into()),
            ("headers", Value::Object(self.headers.clone())),
            ("cookies", Value::Object(self.cookies.clone())),
            ("body", self.body.clone()),
            ("text", self.text.as_str().into()),
        ]
    }
}

fn cookie(text: &str) -> Option<(String, Value)> {
    let (name, value) = text.split(';').next()?.split_once('=')?;
    Some((name.trim().to_owned(), value.trim().into()))
}

/// The value of a body. What a provider calls its type is often wrong, so JSON is tried whatever it says.
fn body(kind: &str, text: &str) -> Value {
    if let Ok(value) = serde_json::from_str(text) {
        return value;
    }
    let trimmed = text.trim();
    if kind.contains("xml") || trimmed.starts_with("<?xml") {
        return crate::xml::value(trimmed).unwrap_or(Value::Null);
    }
    let is_form = kind.contains("urlencoded")
        || (trimmed.contains('=') && !trimmed.contains(|c: char| c.is_whitespace() || c == '<'));
    if is_form {
        let pairs = url::form_urlencoded::parse(trimmed.as_bytes());
        return Value::Object(pairs.map(|(name, value)| (name.into_owned(), value.into_owned().into())).collect());
    }
    if trimmed.is_empty() { Value::Null } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::body;
    use serde_json::json;

    #[test]
    fn bodies_of_every_kind_are_values() {
        assert_eq!(body("text/html", r#"{"a":1}"#), json!({ "a": 1 }));
        assert_eq!(body("text/plain", "access_token=x%20y&scope=a"), json!({ "access_token": "x y", "scope": "a" }));
        assert_eq!(body("application/xml", "<r><t>x</t></r>"), json!({ "r": { "t": "x" } }));
        assert_eq!(body("text/plain", "bare token"), json!("bare token"));
        assert_eq!(body("", ""), json!(null));
    }
}

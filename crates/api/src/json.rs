//! JSON as this API takes it: no key twice, no NUL, no more than 64 levels, no more than 8 MB.

use std::fmt;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use http::{StatusCode, header};
use keyway_model::Problems;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::object::Object;
use crate::schema::Anything;

/// Largest body of the control API, in bytes.
pub(crate) const MAX_BODY: usize = 8 * 1024 * 1024;
/// Deepest nesting.
const MAX_DEPTH: usize = 64;

/// A request body that is one JSON object. An absent body is an empty object, so that the missing fields are named.
/// `T` is what the document says of it.
pub(crate) struct JsonObject<T = Anything>(pub(crate) Object<T>);

impl<T: ToSchema, S: Send + Sync> FromRequest<S> for JsonObject<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let is_json = request.headers().get(header::CONTENT_TYPE).is_none_or(|kind| {
            let kind = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/json") || kind.to_ascii_lowercase().ends_with("+json")
        });
        let bytes = to_bytes(request.into_body(), MAX_BODY)
            .await
            .map_err(|_| Problems::one("body", format!("must be complete and not larger than {MAX_BODY} bytes")))?;
        if bytes.is_empty() {
            return Ok(Self(Object::new(Map::new())));
        }
        if !is_json {
            return Err(ApiError::Http(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Content-Type must be application/json".to_owned(),
            ));
        }
        match parse(&bytes)? {
            Value::Object(map) => Ok(Self(Object::new(map))),
            _ => Err(Problems::one("body", "must be a JSON object").into()),
        }
    }
}

/// Reads strict JSON.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Problems> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problems::one("body", "must be UTF-8"))?;
    let mut problem = None;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Strict { depth: 0, path: "", problem: &mut problem };
    let value = seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| problem.unwrap_or_else(|| Problems::one("body", format!("is not JSON: {error}"))))
}

/// Reads one value and remembers where it is, so that an error can name its field.
struct Strict<'a> {
    depth: usize,
    path: &'a str,
    problem: &'a mut Option<Problems>,
}

impl Strict<'_> {
    fn refuse<E: serde::de::Error>(&mut self, path: &str, message: &str) -> E {
        let field = if path.is_empty() { "body" } else { path };
        *self.problem = Some(Problems::one(field, message));
        E::custom(message)
    }

    fn text<E: serde::de::Error>(&mut self, text: &str) -> Result<(), E> {
        if text.contains('\0') {
            let path = self.path.to_owned();
            return Err(self.refuse(&path, "must not hold NUL"));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<Value, D::Error> {
        if self.depth > MAX_DEPTH {
            let path = self.path.split('.').next().unwrap_or_default().to_owned();
            return Err(self.refuse(&path, "is nested deeper than 64 levels"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E: serde::de::Error>(mut self, value: &str) -> Result<Value, E> {
        self.text(value)?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let seed = Strict { depth: self.depth + 1, path: self.path, problem: &mut *self.problem };
            match items.next_element_seed(seed)? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            self.text(&key)?;
            let path = if self.path.is_empty() { key.clone() } else { format!("{}.{key}", self.path) };
            if map.contains_key(&key) {
                return Err(self.refuse(&path, "stands there twice"));
            }
            let seed = Strict { depth: self.depth + 1, path: &path, problem: &mut *self.problem };
            let value = entries.next_value_seed(seed).map_err(A::Error::custom)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::parse;

    fn problem(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn plain_json_is_read_as_it_is() {
        let text = r#"{"a":[1,-2,3.5,true,null,"x\u00e9"],"b":{"c":{}}}"#;
        assert_eq!(parse(text.as_bytes()).unwrap(), json!({"a":[1,-2,3.5,true,null,"xé"],"b":{"c":{}}}));
    }

    #[test]
    fn errors_name_the_field() {
        assert_eq!(problem(r#"{"a":1,"a":2}"#), "a stands there twice");
        assert_eq!(problem(r#"{"a":{"b":1,"b":2}}"#), "a.b stands there twice");
        assert_eq!(problem(r#"{"name":"x\u0000"}"#), "name must not hold NUL");
        assert_eq!(problem(r#"{"tags":["x\u0000"]}"#), "tags must not hold NUL");
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(70), "]".repeat(70));
        assert_eq!(problem(&deep), "a is nested deeper than 64 levels");
        assert!(problem("{").starts_with("body is not JSON"));
        assert!(problem("{} x").starts_with("body is not JSON"));
        assert_eq!(parse(b"\"\xff\"").unwrap_err().to_string(), "body must be UTF-8");
    }

    #[test]
    fn sixty_four_levels_are_fine() {
        let text = format!("{}{}", "[".repeat(64), "]".repeat(64));
        assert!(parse(text.as_bytes()).is_ok());
    }
}

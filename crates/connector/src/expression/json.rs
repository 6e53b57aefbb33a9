//! JSON as JavaScript reads and writes it.

use serde_json::{Map, Value};

use super::evaluate::string;
use super::members;
use crate::json::{Json, unescaped};

/// `JSON.parse(text)`; nothing for what is no JSON.
pub(super) fn read(text: &str) -> Option<Value> {
    Some(owned(&Json::parse(text).ok()?))
}

fn owned(json: &Json<'_>) -> Value {
    match json {
        Json::Scalar(raw) => scalar(raw),
        Json::Array(items) => items.iter().map(owned).collect(),
        Json::Object(members) => {
            members.iter().map(|(name, member)| (unescaped(name).into_owned(), owned(member))).collect()
        }
    }
}

fn scalar(raw: &str) -> Value {
    // The standard library reads the nearest number, which `serde_json` may miss by its last digit.
    let whole = raw.parse::<i64>().map(Value::from).or_else(|_| raw.parse::<u64>().map(Value::from));
    let number = whole.or_else(|_| raw.parse::<f64>().map(Value::from));
    number.or_else(|_| serde_json::from_str(raw)).unwrap_or_default()
}

/// `JSON.stringify(value)`.
pub(super) fn write(value: &Value) -> String {
    let mut out = String::new();
    write_to(value, &mut out);
    out
}

fn write_to(value: &Value, out: &mut String) {
    match value {
        Value::Number(_) => out.push_str(&string(value)),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                separate(at, out);
                write_to(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (at, (name, member)) in ordered(members).into_iter().enumerate() {
                separate(at, out);
                out.push_str(&Value::from(name).to_string());
                out.push(':');
                write_to(member, out);
            }
            out.push('}');
        }
        Value::Null | Value::Bool(_) | Value::String(_) => out.push_str(&value.to_string()),
    }
}

fn separate(at: usize, out: &mut String) {
    if at > 0 {
        out.push(',');
    }
}

/// The members in JavaScript's order: names that are positions first, by size.
fn ordered(members: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let mut all: Vec<(&str, &Value)> = members.iter().map(|(name, member)| (name.as_str(), member)).collect();
    let position = |name: &str| members::position(name).filter(|at| u32::try_from(*at).is_ok_and(|at| at < u32::MAX));
    all.sort_by_key(|(name, _)| position(name).map_or((1, 0), |at| (0, at)));
    all
}

//! Members and methods of texts and lists.

use serde_json::Value;

use super::evaluate::{joined, string};
use super::lexer::is_space;
use super::number;

/// A method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    ToString,
    ToLowerCase,
    ToUpperCase,
    Trim,
    Split,
    Slice,
    IndexOf,
    Includes,
    StartsWith,
    EndsWith,
    Replace,
    Join,
    At,
}

/// Names, with the fewest and most arguments.
const MEMBERS: [(&str, Member, usize, usize); 13] = [
    ("toString", Member::ToString, 0, 0),
    ("toLowerCase", Member::ToLowerCase, 0, 0),
    ("toUpperCase", Member::ToUpperCase, 0, 0),
    ("trim", Member::Trim, 0, 0),
    ("split", Member::Split, 1, 1),
    ("slice", Member::Slice, 0, 2),
    ("indexOf", Member::IndexOf, 1, 1),
    ("includes", Member::Includes, 1, 1),
    ("startsWith", Member::StartsWith, 1, 1),
    ("endsWith", Member::EndsWith, 1, 1),
    ("replace", Member::Replace, 2, 2),
    ("join", Member::Join, 0, 1),
    ("at", Member::At, 1, 1),
];

impl Member {
    pub(super) fn parse(name: &str) -> Option<Self> {
        MEMBERS.iter().find(|(known, ..)| *known == name).map(|(_, member, ..)| *member)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        MEMBERS.iter().map(|(name, ..)| *name)
    }

    pub(super) fn takes(self) -> (usize, usize) {
        MEMBERS.iter().find(|(_, member, ..)| *member == self).map_or((0, 0), |(_, _, least, most)| (*least, *most))
    }
}

/// A member by name or position.
pub(super) fn get(of: &Value, key: &Value) -> Value {
    let name = string(key);
    match of {
        Value::Object(members) => members.get(&name).cloned().unwrap_or(Value::Null),
        Value::Array(items) if name == "length" => items.len().into(),
        Value::Array(items) => position(&name).and_then(|at| items.get(at)).cloned().unwrap_or(Value::Null),
        Value::String(text) if name == "length" => text.encode_utf16().count().into(),
        Value::String(text) => position(&name).map_or(Value::Null, |at| unit(text, at)),
        _ => Value::Null,
    }
}

fn unit(text: &str, at: usize) -> Value {
    text.encode_utf16().nth(at).map_or(Value::Null, |unit| String::from_utf16_lossy(&[unit]).into())
}

/// The position that a name is, if it is one.
pub(super) fn position(name: &str) -> Option<usize> {
    let is_position = name == "0" || name.starts_with(|c: char| matches!(c, '1'..='9'));
    name.parse().ok().filter(|_| is_position)
}

/// A method of a value; of what has no such method it is nothing.
pub(super) fn call(member: Member, of: &Value, arguments: &[Value]) -> Value {
    let argument = |at: usize| arguments.get(at).unwrap_or(&Value::Null);
    match (member, of) {
        (_, Value::Null) => Value::Null,
        (Member::ToString, _) => string(of).into(),
        (_, Value::String(text)) => of_text(member, text, &argument),
        (_, Value::Array(items)) => of_list(member, items, arguments, &argument),
        _ => Value::Null,
    }
}

fn of_text<'v>(member: Member, text: &str, argument: &impl Fn(usize) -> &'v Value) -> Value {
    match member {
        Member::ToLowerCase => text.to_lowercase().into(),
        Member::ToUpperCase => text.to_uppercase().into(),
        Member::Trim => text.trim_matches(is_space).into(),
        Member::Split => match string(argument(0)) {
            separator if separator.is_empty() => {
                text.encode_utf16().map(|unit| Value::from(String::from_utf16_lossy(&[unit]))).collect()
            }
            separator => text.split(&separator).map(Value::from).collect(),
        },
        Member::Slice => {
            let units: Vec<u16> = text.encode_utf16().collect();
            let (from, to) = range(units.len(), argument(0), argument(1));
            String::from_utf16_lossy(&units[from..to]).into()
        }
        Member::IndexOf => text
            .find(&string(argument(0)))
            .map_or(-1, |at| i64::try_from(text[..at].encode_utf16().count()).unwrap_or(i64::MAX))
            .into(),
        Member::Includes => text.contains(&string(argument(0))).into(),
        Member::StartsWith => text.starts_with(&string(argument(0))).into(),
        Member::EndsWith => text.ends_with(&string(argument(0))).into(),
        Member::Replace => replaced(text, &string(argument(0)), &string(argument(1))).into(),
        Member::At => {
            let length = text.encode_utf16().count();
            from_end(length, argument(0)).map_or(Value::Null, |at| unit(text, at))
        }
        Member::Join | Member::ToString => Value::Null,
    }
}

/// Replaces the first occurrence. The new text may name what is around it: `$&`, `` $` ``, `$'`, and `$$` for the sign itself.
fn replaced(text: &str, old: &str, new: &str) -> String {
    let Some((before, after)) = text.split_once(old) else { return text.to_owned() };
    let mut out = before.to_owned();
    let mut rest = new;
    while let Some((plain, tail)) = rest.split_once('$') {
        let (part, length) = match tail.bytes().next() {
            Some(b'$') => ("$", 1),
            Some(b'&') => (old, 1),
            Some(b'`') => (before, 1),
            Some(b'\'') => (after, 1),
            _ => ("$", 0),
        };
        out.push_str(plain);
        out.push_str(part);
        rest = &tail[length..];
    }
    out + rest + after
}

fn of_list<'v>(member: Member, items: &[Value], arguments: &[Value], argument: &impl Fn(usize) -> &'v Value) -> Value {
    let is = |item: &Value| !item.is_array() && !item.is_object() && same(item, argument(0));
    match member {
        Member::Slice => {
            let (from, to) = range(items.len(), argument(0), argument(1));
            items[from..to].iter().cloned().collect()
        }
        Member::IndexOf => items.iter().position(is).map_or(-1, |at| i64::try_from(at).unwrap_or(i64::MAX)).into(),
        Member::Includes => items.iter().any(is).into(),
        Member::Join => {
            let separator = arguments.first().filter(|value| !value.is_null()).map_or_else(|| ",".to_owned(), string);
            items.iter().map(joined).collect::<Vec<_>>().join(&separator).into()
        }
        Member::At => from_end(items.len(), argument(0)).and_then(|at| items.get(at)).cloned().unwrap_or(Value::Null),
        _ => Value::Null,
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}

/// `slice(from, to)` of so many: negative numbers count from the end.
fn range(length: usize, from: &Value, to: &Value) -> (usize, usize) {
    let from = offset(length, number::of(from));
    let to = if to.is_null() { length } else { offset(length, number::of(to)) };
    (from, to.max(from))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped to the length of a text"
)]
fn offset(length: usize, number: f64) -> usize {
    let number = if number.is_nan() { 0.0 } else { number.trunc() };
    let number = if number < 0.0 { number + length as f64 } else { number };
    number.clamp(0.0, length as f64) as usize
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "checked to be within the length of a text"
)]
fn from_end(length: usize, at: &Value) -> Option<usize> {
    let number = number::of(at);
    let number = if number.is_nan() { 0.0 } else { number.trunc() };
    let number = if number < 0.0 { number + length as f64 } else { number };
    (number >= 0.0 && number < length as f64).then_some(number as usize)
}

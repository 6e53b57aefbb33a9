//! The value of a tree.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::node::{Binary, Node, Unary};
use super::{functions, json, members, number};
use crate::Scope;

pub(super) fn evaluate(node: &Node, scope: &Scope<'_>) -> Value {
    match node {
        Node::Literal(value) => value.clone(),
        Node::Config(key) => scope.entry(key),
        Node::Root(name) => scope.root(name).cloned().unwrap_or(Value::Null),
        Node::Index(of, at) => indexed(of, at, scope),
        Node::Method(of, member, arguments) => {
            let arguments: Vec<Value> = arguments.iter().map(|node| evaluate(node, scope)).collect();
            members::call(*member, &evaluate(of, scope), &arguments)
        }
        Node::Call(function, arguments) => {
            let arguments: Vec<Value> = arguments.iter().map(|node| evaluate(node, scope)).collect();
            functions::call(*function, &arguments, scope)
        }
        Node::List(items) => items.iter().map(|node| evaluate(node, scope)).collect(),
        Node::Object(members) => Value::Object(
            members.iter().map(|(name, node)| (name.clone(), evaluate(node, scope))).collect::<Map<_, _>>(),
        ),
        Node::Unary(unary, of) => {
            let value = evaluate(of, scope);
            match unary {
                Unary::Not => (!is_true(&value)).into(),
                Unary::Minus => number::value(-number::of(&value)),
                Unary::Plus => number::value(number::of(&value)),
            }
        }
        Node::Binary(binary, left, right) => between(*binary, left, right, scope),
        Node::Choice(condition, yes, no) => {
            evaluate(if is_true(&evaluate(condition, scope)) { yes } else { no }, scope)
        }
    }
}

/// A member, without copying what it is a member of where that is a name.
fn indexed(of: &Node, at: &Node, scope: &Scope<'_>) -> Value {
    let key = evaluate(at, scope);
    match borrowed(of, scope) {
        Some(value) => members::get(value, &key),
        None => members::get(&evaluate(of, scope), &key),
    }
}

fn borrowed<'s>(node: &Node, scope: &'s Scope<'_>) -> Option<&'s Value> {
    match node {
        Node::Root(name) => scope.root(name),
        Node::Index(of, at) => match &**at {
            Node::Literal(Value::String(name)) => borrowed(of, scope)?.as_object()?.get(name),
            _ => None,
        },
        _ => None,
    }
}

fn between(binary: Binary, left: &Node, right: &Node, scope: &Scope<'_>) -> Value {
    let first = evaluate(left, scope);
    let second = || evaluate(right, scope);
    match binary {
        Binary::Or => {
            if is_true(&first) {
                first
            } else {
                second()
            }
        }
        Binary::And => {
            if is_true(&first) {
                second()
            } else {
                first
            }
        }
        Binary::Nullish => {
            if first.is_null() {
                second()
            } else {
                first
            }
        }
        Binary::Same => same(&first, &second()).into(),
        Binary::NotSame => (!same(&first, &second())).into(),
        Binary::Equal => equal(&first, &second()).into(),
        Binary::NotEqual => (!equal(&first, &second())).into(),
        Binary::Less => compare(&first, &second(), Ordering::is_lt).into(),
        Binary::LessOrEqual => compare(&first, &second(), Ordering::is_le).into(),
        Binary::More => compare(&first, &second(), Ordering::is_gt).into(),
        Binary::MoreOrEqual => compare(&first, &second(), Ordering::is_ge).into(),
        Binary::Add => add(&first, &second()),
        Binary::Subtract => number::value(number::of(&first) - number::of(&second())),
        Binary::Multiply => number::value(number::of(&first) * number::of(&second())),
        Binary::Divide => number::value(number::of(&first) / number::of(&second())),
        Binary::Remainder => number::value(number::of(&first) % number::of(&second())),
    }
}

fn add(first: &Value, second: &Value) -> Value {
    if is_text(first) || is_text(second) {
        return (string(first) + &string(second)).into();
    }
    number::value(number::of(first) + number::of(second))
}

/// Whether a value is a text to signs that take texts and numbers.
const fn is_text(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Array(_) | Value::Object(_))
}

fn same(first: &Value, second: &Value) -> bool {
    match (first, second) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        // Two lists or objects are never the same one here.
        (Value::Array(_) | Value::Object(_), _) => false,
        _ => first == second,
    }
}

fn equal(first: &Value, second: &Value) -> bool {
    let is_plain = |value: &Value| matches!(value, Value::Bool(_) | Value::Number(_) | Value::String(_));
    match (first, second) {
        (Value::String(_), Value::String(_)) => first == second,
        _ if is_plain(first) && is_plain(second) => number::same(number::of(first), number::of(second)),
        (Value::Array(_) | Value::Object(_), plain) | (plain, Value::Array(_) | Value::Object(_))
            if is_plain(plain) =>
        {
            let other = if is_plain(first) { second } else { first };
            equal(&string(other).into(), plain)
        }
        _ => same(first, second),
    }
}

fn compare(first: &Value, second: &Value, is: impl Fn(Ordering) -> bool) -> bool {
    let order = if is_text(first) && is_text(second) {
        Some(string(first).encode_utf16().cmp(string(second).encode_utf16()))
    } else {
        number::of(first).partial_cmp(&number::of(second))
    };
    order.is_some_and(is)
}

/// Whether a value counts as true.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0 && !number.is_nan()),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// `String(value)`.
pub(super) fn string(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(is) => is.to_string(),
        // Whole numbers keep all their digits.
        Value::Number(held) => match (held.as_i64(), held.as_u64()) {
            (None, None) => number::text(held.as_f64().unwrap_or(f64::NAN)),
            _ => held.to_string(),
        },
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(joined).collect::<Vec<_>>().join(","),
        Value::Object(_) => "[object Object]".to_owned(),
    }
}

/// An item of a list that is joined: nothing is nothing.
pub(super) fn joined(value: &Value) -> String {
    if value.is_null() { String::new() } else { string(value) }
}

/// A value as text of a template: lists and objects are JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => json::write(value),
        other => string(other),
    }
}

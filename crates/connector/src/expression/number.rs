//! Numbers as JavaScript has them: 64-bit floating point, printed in the shortest form.

use serde_json::{Number, Value};

/// Whole numbers up to here are exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number as a value; what JSON cannot hold is null, as `JSON.stringify` has it.
pub(super) fn value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= EXACT && !(number == 0.0 && number.is_sign_negative()) {
        return whole(number).into();
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

#[expect(clippy::cast_possible_truncation, reason = "only whole numbers within 53 bits come here")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// `Number(value)`.
pub(super) fn of(value: &Value) -> f64 {
    match value {
        Value::Null => 0.0,
        Value::Bool(is) => f64::from(u8::from(*is)),
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN),
        Value::String(text) => of_text(text),
        Value::Array(items) => match items.as_slice() {
            [] => 0.0,
            [one] => of_text(&super::evaluate::joined(one)),
            _ => f64::NAN,
        },
        Value::Object(_) => f64::NAN,
    }
}

fn of_text(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    match text {
        "Infinity" | "+Infinity" => return f64::INFINITY,
        "-Infinity" => return f64::NEG_INFINITY,
        _ => {}
    }
    // Rust reads words such as "inf" and "nan", which JavaScript does not.
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if plain { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// `String(number)`.
pub(super) fn text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    let size = number.abs();
    if (1e-6..1e21).contains(&size) {
        return number.to_string();
    }
    let text = format!("{number:e}");
    if size >= 1.0 { text.replace('e', "e+") } else { text }
}

/// `parseFloat` of the longest beginning that is a number.
pub(super) fn leading(text: &str) -> f64 {
    let text = text.trim_start();
    let ends = (1..=text.len()).rev().filter(|end| text.is_char_boundary(*end)).map(|end| &text[..end]);
    ends.filter(|part| !part.ends_with(char::is_whitespace))
        .map(of_text)
        .find(|number| !number.is_nan())
        .unwrap_or(f64::NAN)
}

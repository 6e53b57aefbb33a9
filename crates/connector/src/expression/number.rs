//! Numbers as JavaScript has them: 64-bit floating point, printed in the shortest form.

use serde_json::{Number, Value};

use super::lexer::is_space;

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
    let text = text.trim_matches(is_space);
    if text.is_empty() {
        return 0.0;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(prefix)) {
            let digits = &text[2..];
            let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
            return if is_number { in_radix(digits, radix) } else { f64::NAN };
        }
    }
    match beginning(text) {
        Some(length) if length == text.len() => read(text),
        _ => f64::NAN,
    }
}

/// `parseFloat(text)`.
pub(super) fn parse_float(text: &str) -> f64 {
    let text = text.trim_start_matches(is_space);
    beginning(text).map_or(f64::NAN, |length| read(&text[..length]))
}

/// `parseInt(text, radix)`; a radix of 0 is the usual one.
pub(super) fn parse_int(text: &str, radix: f64) -> f64 {
    let text = text.trim_start_matches(is_space);
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let hexadecimal = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (text, radix) = match (lowest_bits(radix), hexadecimal) {
        (0 | 16, Some(rest)) => (rest, 16),
        (0, None) => (text, 10),
        (radix @ 2..=36, _) => (text, radix),
        _ => return f64::NAN,
    };
    let end = text.find(|c: char| !c.is_digit(radix)).unwrap_or(text.len());
    match &text[..end] {
        "" => f64::NAN,
        digits if radix == 10 => sign * read(digits),
        digits => sign * in_radix(digits, radix),
    }
}

/// A number as JavaScript's operators on 32 bits see it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the lowest 32 bits are meant")]
fn lowest_bits(number: f64) -> u32 {
    (number % 4_294_967_296.0) as i64 as u32
}

/// The length of the decimal number at the beginning of a text.
fn beginning(text: &str) -> Option<usize> {
    let digits = |from: usize| text[from..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |at| from + at);
    let start = usize::from(text.starts_with(['+', '-']));
    if text[start..].starts_with("Infinity") {
        return Some(start + "Infinity".len());
    }
    let point = digits(start);
    let mut end = if text[point..].starts_with('.') { digits(point + 1) } else { point };
    let has_digit = point > start || end > point + 1;
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent = digits(end + 1 + sign);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    has_digit.then_some(end)
}

/// Reads what is known to be a number.
fn read(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

fn in_radix(digits: &str, radix: u32) -> f64 {
    // Rounded once, as far as 128 bits reach.
    let step = |value: f64, digit: u32| value.mul_add(f64::from(radix), f64::from(digit));
    u128::from_str_radix(digits, radix)
        .map_or_else(|_| digits.chars().filter_map(|c| c.to_digit(radix)).fold(0.0, step), nearest)
}

#[expect(clippy::cast_precision_loss, reason = "the nearest number is meant")]
const fn nearest(whole: u128) -> f64 {
    whole as f64
}

/// Whether two numbers are the same to JavaScript.
#[expect(clippy::float_cmp, reason = "this is what JavaScript's comparison is")]
pub(super) fn same(one: f64, other: f64) -> bool {
    one == other
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
    let sign = if number < 0.0 { "-" } else { "" };
    let scientific = shortest(number.abs());
    let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = digits.replace('.', "");
    format!("{sign}{}", placed(&digits, power.parse().unwrap_or_default()))
}

/// The shortest scientific form; of two that are as close, the one that ends in an even digit.
fn shortest(number: f64) -> String {
    let shortest = format!("{number:e}");
    let digits = shortest.find('e').unwrap_or_default().saturating_sub(2);
    let even = format!("{number:.digits$e}");
    if read(&even).to_bits() == number.to_bits() { even } else { shortest }
}

/// Puts the point among the digits, the first of which counts tens to this power (ECMA-262, "`Number::toString`").
fn placed(digits: &str, power: i32) -> String {
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    match power {
        0..21 if power + 1 >= count => format!("{digits}{}", zeros(power + 1 - count)),
        0..21 => {
            let (whole, fraction) = digits.split_at(usize::try_from(power + 1).unwrap_or_default());
            format!("{whole}.{fraction}")
        }
        -6..0 => format!("0.{}{digits}", zeros(-power - 1)),
        _ => {
            let (first, others) = digits.split_at(1);
            let point = if others.is_empty() { "" } else { "." };
            let plus = if power > 0 { "+" } else { "" };
            format!("{first}{point}{others}e{plus}{power}")
        }
    }
}

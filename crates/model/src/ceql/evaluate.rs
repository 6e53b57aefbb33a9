//! Tries a condition on a row, for lists that are filtered here.

use std::cmp::Ordering;

use super::ast::{Expression, Literal, Operator};
use super::date;
use super::decimal::Decimal;

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// A text; also a date, as ISO text.
    Text(String),
    /// A number as JSON writes it. A text that is no number equals no number.
    Number(String),
    /// Yes or no.
    Boolean(bool),
    /// Nothing; the same as no such field.
    Null,
}

/// Whether a row fulfils a condition; `field` tells the row's values.
///
/// As in SQL, a comparison with nothing is neither true nor false, and neither is its opposite: `NOT a = 1` does not
/// hold for a row without `a`. Values of different types are different, and none is greater. But a number equals a
/// text that is this number, a boolean the text `true` or `false` in any case, and two dates are compared as instants.
pub fn matches(expression: &Expression, field: &dyn Fn(&str) -> Option<Scalar>) -> bool {
    holds(expression, field) == Some(true)
}

/// True, false or, as `None`, unknown.
fn holds(expression: &Expression, row: &dyn Fn(&str) -> Option<Scalar>) -> Option<bool> {
    let value = |field: &str| row(field).filter(|value| *value != Scalar::Null);
    match expression {
        Expression::And(parts) => every(parts, false, row),
        Expression::Or(parts) => every(parts, true, row),
        Expression::Not(inner) => holds(inner, row).map(|held| !held),
        Expression::Compare { field, operator, value: literal } => {
            Some(fits(*operator, compare(&value(field)?, literal)))
        }
        Expression::In { field, values, negated } => {
            let value = value(field)?;
            Some(values.iter().any(|literal| compare(&value, literal) == Some(Ordering::Equal)) != *negated)
        }
        Expression::Like { field, pattern, negated } => Some(like(text(&value(field)?), pattern) != *negated),
        Expression::IsNull { field, negated } => Some(value(field).is_none() != *negated),
    }
}

/// Kleene's AND and OR: one `decisive` part decides, else one unknown part leaves it unknown.
fn every(parts: &[Expression], decisive: bool, row: &dyn Fn(&str) -> Option<Scalar>) -> Option<bool> {
    let mut unknown = false;
    for part in parts {
        match holds(part, row) {
            Some(held) if held == decisive => return Some(decisive),
            Some(_) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(!decisive)
}

fn fits(operator: Operator, order: Option<Ordering>) -> bool {
    match operator {
        Operator::Equal => order == Some(Ordering::Equal),
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Less => order == Some(Ordering::Less),
        Operator::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Operator::Greater => order == Some(Ordering::Greater),
        Operator::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// The order of a value and a literal; `None` where they cannot be compared.
fn compare(value: &Scalar, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (Scalar::Boolean(value), Literal::Boolean(other)) => Some(value.cmp(other)),
        (Scalar::Boolean(value), Literal::Text(text)) => Some(value.cmp(&boolean(text)?)),
        (Scalar::Text(text), Literal::Boolean(other)) => Some(boolean(text)?.cmp(other)),
        (Scalar::Number(value), Literal::Number(other) | Literal::Text(other))
        | (Scalar::Text(value), Literal::Number(other)) => Some(Decimal::parse(value)?.cmp(&Decimal::parse(other)?)),
        (Scalar::Text(value), Literal::Date(other)) => Some(date::instant(value)?.cmp(&date::instant(other)?)),
        (Scalar::Text(value), Literal::Text(other)) => match (date::instant(value), date::instant(other)) {
            (Some(value), Some(other)) => Some(value.cmp(&other)),
            _ => Some(value.as_str().cmp(other)),
        },
        (Scalar::Null | Scalar::Number(_) | Scalar::Boolean(_), _) => None,
    }
}

fn boolean(text: &str) -> Option<bool> {
    let known = [("true", true), ("false", false)];
    known.into_iter().find(|(name, _)| text.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn text(value: &Scalar) -> &str {
    match value {
        Scalar::Text(text) | Scalar::Number(text) => text,
        Scalar::Boolean(true) => "true",
        Scalar::Boolean(false) => "false",
        Scalar::Null => "",
    }
}

/// Whether a text has the form of a `LIKE` pattern: `%` is any text, `_` any character, case matters.
///
/// Only the last `%` is ever tried again, so the time is at most the product of the lengths.
pub fn like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut wanted) = (0, 0);
    // Where to go on when a character does not fit: behind the last `%`, and what it swallowed so far.
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(wanted) {
            Some('%') => {
                retry = Some((wanted + 1, at));
                wanted += 1;
            }
            Some(c) if *c == '_' || *c == text[at] => {
                at += 1;
                wanted += 1;
            }
            _ => {
                let Some((behind, swallowed)) = retry else { return false };
                retry = Some((behind, swallowed + 1));
                (wanted, at) = (behind, swallowed + 1);
            }
        }
    }
    pattern[wanted..].iter().all(|c| *c == '%')
}

#[cfg(test)]
mod tests {
    use super::{Scalar, like, matches};
    use crate::ceql::parse;

    fn row(field: &str) -> Option<Scalar> {
        Some(match field {
            "name" => Scalar::Text("Nörd".to_owned()),
            "count" => Scalar::Number("10".to_owned()),
            "big" => Scalar::Number("9007199254740993".to_owned()),
            "code" => Scalar::Text("10.0".to_owned()),
            "flag" => Scalar::Boolean(true),
            "word" => Scalar::Text("TRUE".to_owned()),
            "date" => Scalar::Text("2020-01-01T02:00:00+02:00".to_owned()),
            "none" => Scalar::Null,
            _ => return None,
        })
    }

    fn holds(text: &str) -> bool {
        matches(&parse(text).unwrap(), &row)
    }

    #[test]
    fn what_is_true_holds_and_its_opposite_does_not() {
        for text in [
            "name = 'Nörd'",
            "name != 'nörd'",
            "name > 'Nz'",
            "name != 5",
            "name IN ('x', 'Nörd')",
            "name LIKE 'N_r%'",
            "name NOT LIKE 'n%'",
            "count = 10 AND count = '10.0' AND count > 9 AND count < '11'",
            "count != 'x'",
            "count LIKE '1%'",
            "big = 9007199254740993 AND big != 9007199254740992",
            "code = 10 AND code != '10'",
            "flag = true AND flag = 'TRUE' AND flag != false AND flag != 'x' AND flag != 1",
            "word = true",
            "date = 2020-01-01 AND date = '2020-01-01' AND date = '2020-01-01T00:00:00Z' AND date > 2019-12-31T23:59:59.999",
            "none IS NULL AND missing IS NULL AND name IS NOT NULL",
            "name = 'x' OR NOT count = 11",
            "none = 1 OR count = 10",
        ] {
            assert!(holds(text), "{text}");
            assert!(!holds(&format!("NOT ({text})")), "NOT ({text})");
        }
    }

    #[test]
    fn a_comparison_with_nothing_is_neither_true_nor_false() {
        for text in [
            "none = 1",
            "none != 1",
            "missing < 1",
            "none IN (1)",
            "none NOT IN (1)",
            "none LIKE '%'",
            "none = 1 AND count = 10",
        ] {
            assert!(!holds(text), "{text}");
            assert!(!holds(&format!("NOT ({text})")), "NOT ({text})");
        }
        assert!(holds("NOT (none = 1 AND count = 11)"));
    }

    #[test]
    fn different_types_have_no_order() {
        for text in
            ["name < 5", "name > 5", "count < 'x'", "count > 'x'", "flag > 'x'", "date > 5", "name >= 2020-01-01"]
        {
            assert!(!holds(text), "{text}");
        }
    }

    #[test]
    fn patterns_fit_as_in_sql() {
        for (text, pattern) in [
            ("", ""),
            ("", "%"),
            ("a", "_"),
            ("é", "_"),
            ("abc", "abc"),
            ("abc", "a%"),
            ("abc", "%c"),
            ("abc", "%b%"),
            ("abc", "a%c"),
            ("abc", "%%%"),
            ("aXbXc", "a%X_"),
            ("aab", "%ab"),
            ("a%b", "a%b"),
            ("mississippi", "m%iss%ip%i"),
            ("[x]*?", "[x]*?"),
        ] {
            assert!(like(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in [
            ("", "_"),
            ("a", ""),
            ("ab", "_"),
            ("abc", "A%"),
            ("abc", "%b"),
            ("abc", "abcd"),
            ("abc", "a_"),
            ("a\\%", "a\\"),
        ] {
            assert!(!like(text, pattern), "{text} {pattern}");
        }
    }

    #[test]
    fn a_pattern_of_many_wildcards_ends_soon() {
        let text = "a".repeat(4000);
        assert!(!like(&text, &format!("{}b", "%a".repeat(2000))));
    }
}

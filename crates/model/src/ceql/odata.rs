//! `toODataFilter` and `toODataV3Filter`: a condition as a `$filter`.

use super::ast::{Expression, Literal, Operator};
use super::date::{self, Zone};
use super::query::{Unsupported, refuse};

/// Which `OData` a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OData {
    /// Version 4: `contains(f,'a')`, bare dates.
    V4,
    /// Versions 2 and 3: `substringof('a',f)`, `datetime'…'`.
    V3,
}

/// Words that `OData` reads as values or operators where a field could stand.
const RESERVED: [&str; 6] = ["null", "true", "false", "not", "INF", "NaN"];

/// The condition as the text of a `$filter`. Nothing is percent-encoded yet.
pub fn to_odata(expression: &Expression, version: OData) -> Result<String, Unsupported> {
    match expression {
        Expression::And(parts) => {
            let parts = parts.iter().map(|part| match part {
                Expression::Or(_) => Ok(format!("({})", to_odata(part, version)?)),
                _ => to_odata(part, version),
            });
            Ok(parts.collect::<Result<Vec<_>, _>>()?.join(" and "))
        }
        Expression::Or(parts) => {
            let parts = parts.iter().map(|part| to_odata(part, version));
            Ok(parts.collect::<Result<Vec<_>, _>>()?.join(" or "))
        }
        // In OData `not` binds closer than a comparison, so what it denies stands in parentheses.
        Expression::Not(inner) => Ok(format!("not ({})", unwrapped(to_odata(inner, version)?, inner))),
        Expression::Compare { field, operator, value } => {
            Ok(format!("{} {} {}", path(field)?, word(*operator), literal(value, version)?))
        }
        Expression::In { field, values, negated } => list(field, values, *negated, version),
        Expression::Like { field, pattern, negated } => like(field, pattern, *negated, version),
        Expression::IsNull { field, negated } => {
            Ok(format!("{} {} null", path(field)?, if *negated { "ne" } else { "eq" }))
        }
    }
}

/// A list brings its own parentheses; behind `not` one pair is enough.
fn unwrapped(text: String, of: &Expression) -> String {
    match of {
        Expression::In { negated: false, values, .. } if values.len() > 1 => text[1..text.len() - 1].to_owned(),
        _ => text,
    }
}

const fn word(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "eq",
        Operator::NotEqual => "ne",
        Operator::Less => "lt",
        Operator::LessOrEqual => "le",
        Operator::Greater => "gt",
        Operator::GreaterOrEqual => "ge",
    }
}

/// The field as a property path. Only the letters of an identifier pass, so no name can say more than a name.
fn path(field: &str) -> Result<String, Unsupported> {
    let segments: Vec<&str> = field.split('.').collect();
    if segments.iter().all(|segment| is_identifier(segment)) && !RESERVED.contains(&field) {
        return Ok(segments.join("/"));
    }
    Err(refuse(&format!(
        "the field {field:?} cannot be named in OData; a name has letters, digits and _, does not begin with a digit and has dots between its parts"
    )))
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
        && text.chars().count() <= 128
}

fn literal(value: &Literal, version: OData) -> Result<String, Unsupported> {
    Ok(match value {
        Literal::Text(text) => quoted(text),
        Literal::Date(text) => dated(text, version)?,
        Literal::Number(_) | Literal::Boolean(_) => value.as_text().to_owned(),
    })
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn dated(text: &str, version: OData) -> Result<String, Unsupported> {
    let unreadable = || refuse(&format!("{text:?} is no date that OData can be told"));
    let zone = date::zone(text).ok_or_else(unreadable)?;
    let utc = date::instant(text).ok_or_else(unreadable)?.to_string();
    Ok(match (version, zone) {
        (OData::V3, _) => {
            // The type holds at most seven digits of a fraction.
            let kept = utc.find('.').map_or(utc.len(), |point| utc.len().min(point + 8));
            format!("datetime'{}'", &utc[..kept])
        }
        (OData::V4, Zone::NoTime) => text.to_owned(),
        (OData::V4, Zone::Missing) => format!("{text}Z"),
        (OData::V4, Zone::Given) if text.ends_with('Z') || text.as_bytes()[text.len() - 3] == b':' => text.to_owned(),
        (OData::V4, Zone::Given) => format!("{utc}Z"),
    })
}

fn list(field: &str, values: &[Literal], negated: bool, version: OData) -> Result<String, Unsupported> {
    let path = path(field)?;
    let parts = values.iter().map(|value| Ok(format!("{path} eq {}", literal(value, version)?)));
    let chain = parts.collect::<Result<Vec<_>, _>>()?.join(" or ");
    Ok(match (negated, values.len()) {
        (true, _) => format!("not ({chain})"),
        (false, 1) => chain,
        (false, _) => format!("({chain})"),
    })
}

fn like(field: &str, pattern: &str, negated: bool, version: OData) -> Result<String, Unsupported> {
    let path = path(field)?;
    let inner = pattern.trim_matches('%');
    if inner.contains(['%', '_']) {
        return Err(refuse(&format!(
            "LIKE {} cannot be said in OData; only 'a%', '%a', '%a%' and a text without % and _ can",
            quoted(pattern)
        )));
    }
    let text = quoted(inner);
    let call = match (pattern.starts_with('%'), pattern.ends_with('%'), version) {
        (false, false, _) => return Ok(format!("{path} {} {text}", if negated { "ne" } else { "eq" })),
        // Nothing but wildcards: every text there is.
        _ if inner.is_empty() => return Ok(format!("{path} {} null", if negated { "eq" } else { "ne" })),
        (false, true, _) => format!("startswith({path},{text})"),
        (true, false, _) => format!("endswith({path},{text})"),
        (true, true, OData::V4) => format!("contains({path},{text})"),
        (true, true, OData::V3) => format!("substringof({text},{path})"),
    };
    Ok(if negated { format!("not {call}") } else { call })
}

#[cfg(test)]
mod tests {
    use super::{OData, to_odata};
    use crate::ceql::{Expression, Literal, Operator, parse};

    fn filter(text: &str, version: OData) -> Result<String, String> {
        to_odata(&parse(text).unwrap(), version).map_err(|refused| refused.message)
    }

    #[test]
    fn both_versions_share_most_words() {
        for (written, expected) in [
            ("a = 'it''s'", "a eq 'it''s'"),
            (
                "a != 1 and b < 2 and c > 3 and d <= 4 and e >= 5.0",
                "a ne 1 and b lt 2 and c gt 3 and d le 4 and e ge 5.0",
            ),
            ("a = TRUE or b = false and c = 1", "a eq true or b eq false and c eq 1"),
            ("(a = 1 or b = 2) and c = 3", "(a eq 1 or b eq 2) and c eq 3"),
            ("(a = 1 and b = 2) or (c = 3 or d = 4)", "a eq 1 and b eq 2 or c eq 3 or d eq 4"),
            ("not a = 1 and not (b = 2 or c = 3)", "not (a eq 1) and not (b eq 2 or c eq 3)"),
            ("not a in (1, 2)", "not (a eq 1 or a eq 2)"),
            ("not a not in (1, 2)", "not (not (a eq 1 or a eq 2))"),
            ("a.b.c = 1", "a/b/c eq 1"),
            ("a in (1, 'x') and b = 2", "(a eq 1 or a eq 'x') and b eq 2"),
            ("a in (1)", "a eq 1"),
            ("a is null or b is not null", "a eq null or b ne null"),
            ("a like 'x%'", "startswith(a,'x')"),
            ("a like '%x'", "endswith(a,'x')"),
            ("a not like '%it''s'", "not endswith(a,'it''s')"),
            ("a like 'x'", "a eq 'x'"),
            ("a not like 'x'", "a ne 'x'"),
            ("a like ''", "a eq ''"),
            ("a like '%'", "a ne null"),
            ("a not like '%%'", "a eq null"),
        ] {
            assert_eq!(filter(written, OData::V4).as_deref(), Ok(expected), "{written}");
            assert_eq!(filter(written, OData::V3).as_deref(), Ok(expected), "{written}");
        }
    }

    #[test]
    fn the_versions_differ_in_contains_and_dates() {
        for (written, fourth, third) in [
            ("a like '%x%'", "contains(a,'x')", "substringof('x',a)"),
            ("a not like '%x%'", "not contains(a,'x')", "not substringof('x',a)"),
            ("a > 2020-01-01T00:00:00Z", "a gt 2020-01-01T00:00:00Z", "a gt datetime'2020-01-01T00:00:00'"),
            ("a > '2020-01-01T00:00:00Z'", "a gt 2020-01-01T00:00:00Z", "a gt datetime'2020-01-01T00:00:00'"),
            (
                "a > 2020-01-01T01:30:00.25+02:00",
                "a gt 2020-01-01T01:30:00.25+02:00",
                "a gt datetime'2019-12-31T23:30:00.25'",
            ),
            ("a > 2020-01-01T01:00:00+0100", "a gt 2020-01-01T00:00:00Z", "a gt datetime'2020-01-01T00:00:00'"),
            ("a > 2020-01-01T01:00:00+01", "a gt 2020-01-01T00:00:00Z", "a gt datetime'2020-01-01T00:00:00'"),
            ("a > 2020-01-01T00:00:00", "a gt 2020-01-01T00:00:00Z", "a gt datetime'2020-01-01T00:00:00'"),
            ("a > 2020-01-01", "a gt 2020-01-01", "a gt datetime'2020-01-01T00:00:00'"),
            (
                "a > 2020-01-01T00:00:00.123456789Z",
                "a gt 2020-01-01T00:00:00.123456789Z",
                "a gt datetime'2020-01-01T00:00:00.1234567'",
            ),
        ] {
            assert_eq!(filter(written, OData::V4).as_deref(), Ok(fourth), "{written}");
            assert_eq!(filter(written, OData::V3).as_deref(), Ok(third), "{written}");
        }
    }

    #[test]
    fn no_field_can_smuggle_a_condition() {
        for field in [
            "a b",
            "a eq 1 or b",
            "a/b",
            "a)",
            "a'",
            "a,b",
            "$it",
            "a-b",
            "1a",
            ".a",
            "a.",
            "a..b",
            "null",
            "true",
            "not",
            "",
            "a\u{0}b",
        ] {
            for expression in [
                Expression::IsNull { field: field.to_owned(), negated: false },
                Expression::Like { field: field.to_owned(), pattern: "x%".to_owned(), negated: false },
                Expression::In { field: field.to_owned(), values: vec![Literal::Boolean(true)], negated: false },
                Expression::Compare {
                    field: field.to_owned(),
                    operator: Operator::Equal,
                    value: Literal::Boolean(true),
                },
            ] {
                let refused = to_odata(&expression, OData::V4).unwrap_err();
                assert!(refused.message.contains(&format!("{field:?} cannot be named in OData")), "{refused}");
            }
        }
    }

    #[test]
    fn patterns_with_wildcards_inside_are_refused() {
        for pattern in ["a%b", "a_", "_a", "%a_b%", "_", "%a%b%"] {
            let message = filter(&format!("a LIKE '{pattern}'"), OData::V4).unwrap_err();
            assert!(message.starts_with(&format!("LIKE '{pattern}' cannot be said in OData")), "{message}");
        }
    }
}

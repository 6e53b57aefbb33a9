//! `toQueryParameters`: a condition as the pairs of a query.

use thiserror::Error;

use super::ast::{Expression, Literal, Operator};

/// A condition that a provider's language has no words for.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct Unsupported {
    /// What cannot be said and what can.
    pub message: String,
}

const CAN: &str = "only field = value and field IN (…), joined by AND, can";

/// The condition as query parameters: `a = '1' AND b IN (2, 3)` is `a=1`, `b=2,3`. Nothing is percent-encoded yet.
pub fn to_query(expression: &Expression) -> Result<Vec<(String, String)>, Unsupported> {
    let mut pairs = Vec::new();
    collect(expression, &mut pairs)?;
    Ok(pairs)
}

fn collect(expression: &Expression, pairs: &mut Vec<(String, String)>) -> Result<(), Unsupported> {
    let (field, value) = match expression {
        Expression::And(parts) => return parts.iter().try_for_each(|part| collect(part, pairs)),
        Expression::Compare { field, operator: Operator::Equal, value } => (field, value.as_text().to_owned()),
        Expression::In { field, values, negated: false } => (field, list(field, values)?),
        other => return Err(refuse(&format!("{} cannot be sent as query parameters; {CAN}", name(other)))),
    };
    if pairs.iter().any(|(given, _)| given == field) {
        return Err(refuse(&format!("{field} is named twice; a query parameter holds one condition on a field")));
    }
    pairs.push((field.clone(), value));
    Ok(())
}

fn list(field: &str, values: &[Literal]) -> Result<String, Unsupported> {
    let texts: Vec<&str> = values.iter().map(Literal::as_text).collect();
    if texts.len() > 1 && texts.iter().any(|text| text.contains(',')) {
        return Err(refuse(&format!(
            "IN on {field} has a value with a comma, which separates the values of a query parameter"
        )));
    }
    Ok(texts.join(","))
}

/// The outermost operator of an expression, as it is written.
pub(super) fn name(expression: &Expression) -> &'static str {
    match expression {
        Expression::And(_) => "AND",
        Expression::Or(_) => "OR",
        Expression::Not(_) => "NOT",
        Expression::Compare { operator, .. } => operator.symbol(),
        Expression::In { negated: false, .. } => "IN",
        Expression::In { negated: true, .. } => "NOT IN",
        Expression::Like { negated: false, .. } => "LIKE",
        Expression::Like { negated: true, .. } => "NOT LIKE",
        Expression::IsNull { negated: false, .. } => "IS NULL",
        Expression::IsNull { negated: true, .. } => "IS NOT NULL",
    }
}

pub(super) fn refuse(message: &str) -> Unsupported {
    Unsupported { message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::to_query;
    use crate::ceql::parse;

    fn query(text: &str) -> Result<String, String> {
        let pairs = to_query(&parse(text).unwrap()).map_err(|refused| refused.message)?;
        Ok(pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"))
    }

    #[test]
    fn equalities_become_pairs() {
        for (written, pairs) in [
            ("a='1' AND b='2'", "a=1&b=2"),
            ("a = 1.50 and (b = true and c = 2020-01-01T00:00:00Z)", "a=1.50&b=true&c=2020-01-01T00:00:00Z"),
            ("a IN ('x', 2) AND `b c` = 'it''s & more'", "a=x,2&b c=it's & more"),
            ("a IN ('x,y')", "a=x,y"),
        ] {
            assert_eq!(query(written).unwrap(), pairs, "{written}");
        }
    }

    #[test]
    fn what_a_query_cannot_say_is_named() {
        for (written, named) in [
            ("a = 1 OR b = 2", "OR cannot"),
            ("NOT a = 1", "NOT cannot"),
            ("a != 1", "!= cannot"),
            ("a < 1", "< cannot"),
            ("a >= 1", ">= cannot"),
            ("a NOT IN (1)", "NOT IN cannot"),
            ("a LIKE 'x%'", "LIKE cannot"),
            ("a NOT LIKE 'x%'", "NOT LIKE cannot"),
            ("a IS NULL", "IS NULL cannot"),
            ("a = 1 AND b != null", "IS NOT NULL cannot"),
        ] {
            let message = query(written).unwrap_err();
            assert!(message.starts_with(named) && message.contains("field = value"), "{written}: {message}");
        }
        assert!(query("a = 1 AND a = 2").unwrap_err().starts_with("a is named twice"));
        assert!(query("a IN ('x,y', 'z')").unwrap_err().contains("comma"));
    }
}

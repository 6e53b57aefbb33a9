//! `where` on the list of connectors (section 2.1): a condition on the members of a row as it is shown.

use keyway_app::Error;
use keyway_app::catalogue::Listed;
use keyway_model::Problems;
use keyway_model::ceql::{self, Expression, Literal, Operator, Scalar};
use serde_json::Value;

use crate::views;

/// Asks for rows without form and resources. All rows of the list are so, so it holds for every row.
const ABRIDGED: &str = "abridged";

/// Whether a connector fulfils a condition.
pub(crate) fn matches(wanted: &Expression, listed: &Listed) -> Result<bool, Error> {
    let row = serde_json::to_value(views::abridged(listed)).map_err(Error::internal)?;
    if let Some(field) = wanted.fields().find(|field| *field != ABRIDGED && member(&row, field).is_none()) {
        let message = format!("names '{field}', which is no field of this list; see a row for its fields");
        return Err(Problems::one("where", message).into());
    }
    let abridged = asks_for(wanted);
    Ok(ceql::matches(wanted, &|field| match field {
        ABRIDGED => Some(Scalar::Boolean(abridged)),
        field => member(&row, field).map(scalar),
    }))
}

/// The value that `abridged` is compared with; it chooses a form of the rows and no rows.
fn asks_for(wanted: &Expression) -> bool {
    match wanted {
        Expression::And(parts) | Expression::Or(parts) => parts.iter().all(asks_for),
        Expression::Not(inner) => asks_for(inner),
        Expression::Compare { field, operator: Operator::Equal, value } if field == ABRIDGED => match value {
            Literal::Boolean(value) => *value,
            other => !other.as_text().eq_ignore_ascii_case("false"),
        },
        _ => true,
    }
}

/// A member by its name, with dots for members of members.
fn member<'a>(row: &'a Value, field: &str) -> Option<&'a Value> {
    field.split('.').try_fold(row, |value, name| value.as_object()?.get(name))
}

fn scalar(value: &Value) -> Scalar {
    match value {
        Value::String(text) => Scalar::Text(text.clone()),
        Value::Number(number) => Scalar::Number(number.to_string()),
        Value::Bool(value) => Scalar::Boolean(*value),
        Value::Null | Value::Array(_) | Value::Object(_) => Scalar::Null,
    }
}

//! Filters that callers write: which fields they may name.

use keyway_model::ceql::Expression;

use crate::{Error, Result};

/// Checks that a filter names known fields only; otherwise the error names the field and the known ones.
pub(crate) fn check(filter: Option<&Expression>, known: impl Iterator<Item = &'static str>) -> Result<()> {
    let Some(filter) = filter else { return Ok(()) };
    let known: Vec<&str> = known.collect();
    match filter.fields().find(|field| !known.contains(field)) {
        None => Ok(()),
        Some(unknown) => {
            let message =
                format!("names '{unknown}', which is no field of this list; its fields are {}", known.join(", "));
            Err(Error::invalid("where", message))
        }
    }
}

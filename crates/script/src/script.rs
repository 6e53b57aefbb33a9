//! A script and where it comes from.

use crate::error::{Fault, ScriptError};

/// A script to run.
#[derive(Clone, Copy, Debug)]
pub struct Script<'a> {
    /// An expression, such as `body.access_token`, or statements that `return` their result.
    pub source: &'a str,
    /// Whom to blame in errors.
    pub origin: Origin<'a>,
}

/// Where a script stands.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The key of its connector.
    pub connector: &'a str,
    /// The field of the connector's definition.
    pub field: &'a str,
}

impl Origin<'_> {
    pub(crate) fn blame(self, fault: Fault) -> ScriptError {
        ScriptError {
            connector: self.connector.to_owned(),
            field: self.field.to_owned(),
            line: fault.line,
            kind: fault.kind,
            message: fault.message,
        }
    }
}

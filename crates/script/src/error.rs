//! What can become of a script instead of a result.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The source is no JavaScript.
    Syntax,
    /// The script threw, or called something that did.
    Threw,
    /// It ran longer than it may.
    Time,
    /// It took more memory than it may, or was handed more than fits.
    Memory,
    /// It called itself too deeply.
    Stack,
    /// What it returned is not JSON.
    Result,
    /// Its worker died.
    Crashed,
    /// No worker was free in time.
    Busy,
    /// No worker can be started, or none can be confined.
    Unavailable,
}

/// What went wrong, and in which script.
///
/// The message may repeat what the script threw, and a script can throw what it was handed. Whoever hands it secrets
/// redacts the message before anybody reads it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "connector \"{connector}\", field {field}{}: {message}",
    .line.map(|line| format!(", line {line}")).unwrap_or_default()
)]
pub struct ScriptError {
    /// The key of the connector that the script belongs to.
    pub connector: String,
    /// Where in its definition the script stands.
    pub field: String,
    /// The line within the script, counted from 1, where one is known. Of a script that ran too long it may be the line
    /// before the loop: the engine is stopped on its way back to the top.
    pub line: Option<u32>,
    /// Why there is no result.
    pub kind: Kind,
    /// What happened, in the engine's or the script's own words.
    pub message: String,
}

/// The part of a [`ScriptError`] that a worker knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    pub(crate) line: Option<u32>,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, line: None, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, ScriptError};

    #[test]
    fn an_error_names_connector_field_and_line() {
        let mut error = ScriptError {
            connector: "crm".to_owned(),
            field: "resources[0].map".to_owned(),
            line: Some(3),
            kind: Kind::Threw,
            message: "TypeError: x is not a function".to_owned(),
        };
        assert_eq!(
            error.to_string(),
            "connector \"crm\", field resources[0].map, line 3: TypeError: x is not a function"
        );
        error.line = None;
        assert_eq!(error.to_string(), "connector \"crm\", field resources[0].map: TypeError: x is not a function");
    }
}

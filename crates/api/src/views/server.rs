//! What the server says of itself, and the answer that says nothing.

use serde::Serialize;
use utoipa::ToSchema;

/// Nothing is left to say.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Empty {}

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Status {
    /// `ok` or `ready`.
    pub(crate) status: &'static str,
}

/// Which server it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Version {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

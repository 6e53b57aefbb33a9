//! Documentation made from a definition: a Swagger 2.0 document and a guide (section 6, "Swagger docs").

mod curl;
mod guide;
mod mapping;
mod models;
mod names;
mod operations;
mod parameters;
mod swagger;

#[cfg(test)]
mod tests;

pub use guide::guide;
pub use mapping::{Mapped, Row, rows};
pub use swagger::{document, object_document, operation_document};

/// Where a connector is offered, and as what.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// The server's public URL, without a slash at its end.
    pub url: &'a str,
    /// The connector's number on that server.
    pub id: i64,
    /// Which version of the definition this is.
    pub version: i64,
}

/// Where the platform's API stands below a server's URL.
const PREFIX: &str = "/elements/api-v2";

//! Documentation of connectors: Swagger documents and guides, made from their definitions when they are asked for.

use keyway_connector::docs::{self, Site};
use serde_json::Value;

use crate::catalogue::Listed;
use crate::{App, Error, Result};

pub use keyway_connector::docs::{Mapped, Row, rows};

/// As a version of a definition: the one at hand, which is also meant by none.
const LATEST: i64 = -1;

/// A connector's Swagger 2.0 document, whole or of one operation.
pub async fn document(app: &App, listed: &Listed, operation: Option<&str>, version: Option<i64>) -> Result<Value> {
    let listed = wanted(app, listed, version).await?;
    let url = app.settings.public_url();
    let Some(operation) = operation else { return Ok(docs::document(&listed.connector, site(&url, &listed))) };
    let found = docs::operation_document(&listed.connector, site(&url, &listed), operation);
    found.ok_or_else(|| missing(&listed, "operation", operation))
}

/// The models that one operation refers to, by name.
pub async fn definitions(app: &App, listed: &Listed, operation: &str, version: Option<i64>) -> Result<Value> {
    Ok(document(app, listed, Some(operation), version).await?["definitions"].take())
}

/// The Swagger 2.0 document of one object of a connector.
pub async fn object_document(app: &App, listed: &Listed, object: &str, version: Option<i64>) -> Result<Value> {
    let listed = wanted(app, listed, version).await?;
    let url = app.settings.public_url();
    let found = docs::object_document(&listed.connector, site(&url, &listed), object);
    found.ok_or_else(|| missing(&listed, "object", object))
}

/// A connector's guide, in Markdown.
pub fn guide(app: &App, listed: &Listed) -> String {
    docs::guide(&listed.connector, site(&app.settings.public_url(), listed))
}

/// A connector by a version of its definition.
async fn wanted(app: &App, listed: &Listed, version: Option<i64>) -> Result<Listed> {
    let Some(version) = version.filter(|version| *version != LATEST && *version != listed.version) else {
        return Ok(listed.clone());
    };
    let found = app.catalogue.version(&app.store, &listed.connector.key, version).await?;
    found.ok_or_else(|| missing(listed, "version", &version.to_string()))
}

fn site<'a>(url: &'a str, listed: &Listed) -> Site<'a> {
    Site { url, id: listed.id.0, version: listed.version }
}

fn missing(listed: &Listed, what: &str, name: &str) -> Error {
    Error::NotFound(format!("No {what} '{name}' found for element '{}'", listed.connector.key))
}

//! Whether the server lives, is ready, and which one it is.

use axum::Json;
use axum::extract::State;
use keyway_app::App;

use crate::error::ApiResult;
use crate::views::{Status, Version};

/// The process answers.
pub(crate) async fn alive() -> Json<Status> {
    Json(Status { status: "ok" })
}

/// The store answers.
pub(crate) async fn ready(State(app): State<App>) -> ApiResult<Json<Status>> {
    app.store.read().await.map_err(keyway_app::Error::from)?;
    Ok(Json(Status { status: "ready" }))
}

/// Name and version of the program.
pub(crate) async fn version() -> Json<Version> {
    Json(Version { name: "keyway", version: env!("CARGO_PKG_VERSION") })
}

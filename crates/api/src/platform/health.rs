//! Whether the server lives, is ready, and which one it is.

use axum::Json;
use axum::extract::State;
use keyway_app::App;
use serde_json::{Value, json};

use crate::error::ApiResult;

/// The process answers.
pub(crate) async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// The store answers.
pub(crate) async fn ready(State(app): State<App>) -> ApiResult<Json<Value>> {
    app.store.read().await.map_err(keyway_app::Error::from)?;
    Ok(Json(json!({ "status": "ready" })))
}

/// Name and version of the program.
pub(crate) async fn version() -> Json<Value> {
    Json(json!({ "name": "keyway", "version": env!("CARGO_PKG_VERSION") }))
}

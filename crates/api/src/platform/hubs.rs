//! Hubs: the kinds of connectors (section 2.1).

use axum::Json;
use axum::extract::State;
use keyway_app::{App, hubs};

use crate::error::ApiResult;
use crate::extract::{Reader, Segments};
use crate::views;

/// `GET /hubs`
pub(crate) async fn list(State(app): State<App>, _: Reader) -> Json<Vec<views::Hub>> {
    Json(hubs::all(&app).into_iter().map(views::hub).collect())
}

/// `GET /hubs/keys`
pub(crate) async fn keys(State(app): State<App>, _: Reader) -> Json<Vec<String>> {
    Json(hubs::all(&app).into_iter().map(|hub| hub.key).collect())
}

/// `GET /hubs/{key}`
pub(crate) async fn show(State(app): State<App>, _: Reader, at: Segments) -> ApiResult<Json<views::Hub>> {
    Ok(Json(views::hub(hubs::find(&app, at.text("key"))?)))
}

/// `GET /hubs/{key}/elements`
pub(crate) async fn elements(
    State(app): State<App>,
    _: Reader,
    at: Segments,
) -> ApiResult<Json<Vec<views::ElementSummary>>> {
    Ok(Json(hubs::connectors(&app, at.text("key"))?.iter().map(views::abridged).collect()))
}

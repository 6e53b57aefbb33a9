//! The catalogue (section 2.1); `/connectors` reaches the same handlers.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use keyway_app::instances::ListFilter;
use keyway_app::{App, Error};
use serde_json::Value;

use super::instances::{show_list, show_new};
use crate::error::ApiResult;
use crate::extract::{Reader, Segments, Signed};
use crate::json::JsonObject;
use crate::params::Params;
use crate::views;

/// `GET /elements`
pub(crate) async fn list(State(app): State<App>, _: Reader) -> Json<Value> {
    Json(app.catalogue.all().map(|listed| views::abridged(&listed)).collect())
}

/// `GET /elements/keys`
pub(crate) async fn keys(State(app): State<App>, _: Reader) -> Json<Vec<String>> {
    Json(app.catalogue.all().map(|listed| listed.connector.key.as_str().to_owned()).collect())
}

/// `GET /elements/{keyOrId}`
pub(crate) async fn show(State(app): State<App>, _: Reader, at: Segments) -> ApiResult<Json<Value>> {
    Ok(Json(views::element(&at.connector(&app)?)))
}

/// `GET /elements/{keyOrId}/configuration`
pub(crate) async fn configuration(State(app): State<App>, _: Reader, at: Segments) -> ApiResult<Json<Value>> {
    let listed = at.connector(&app)?;
    Ok(Json(listed.connector.fields.iter().map(views::configuration_entry).collect()))
}

/// `GET /elements/{keyOrId}/authentication-types`
pub(crate) async fn authentication_types(State(app): State<App>, _: Reader, at: Segments) -> ApiResult<Json<Value>> {
    Ok(Json(views::authentication_types(&at.connector(&app)?.connector)))
}

/// `GET /elements/{keyOrId}/authentication-types/{type}/configurations`
pub(crate) async fn authentication_fields(State(app): State<App>, _: Reader, at: Segments) -> ApiResult<Json<Value>> {
    let connector = at.connector(&app)?.connector;
    let name = at.text("type");
    let unknown = || Error::NotFound(format!("No authentication type '{name}' found for element '{}'", connector.key));
    let method = connector.method(Some(name)).ok_or_else(unknown)?;
    Ok(Json(connector.fields_for(method).map(views::configuration_entry).collect()))
}

/// `GET /elements/{keyOrId}/instances`
pub(crate) async fn instances(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
    params: Params,
) -> ApiResult<Response> {
    let key = at.connector(&app)?.connector.key.clone();
    let name = format!("instances of connector {key}");
    let filter = ListFilter { connector: Some(key), ..ListFilter::default() };
    show_list(&app, &caller, &params, &filter, &name).await
}

/// `POST /elements/{keyOrId}/instances`: the connector comes from the path.
pub(crate) async fn create_instance(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
    JsonObject(body): JsonObject,
) -> ApiResult<Response> {
    let key = at.connector(&app)?.connector.key.as_str().to_owned();
    Ok(show_new(&app, &caller, body, Some(key)).await?.into_response())
}

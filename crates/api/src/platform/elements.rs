//! The catalogue (section 2.1); `/connectors` reaches the same handlers.

use axum::Json;
use axum::extract::State;
use keyway_app::instances::ListFilter;
use keyway_app::{App, Error, paging};

use super::element_filter;
use super::instances::{show_list, show_new};
use super::list::{List, Rows};
use crate::error::ApiResult;
use crate::extract::{Reader, Segments, Signed};
use crate::json::JsonObject;
use crate::params::Params;
use crate::schema::{ElementKeyQuery, ElementQuery, InstanceQuery, NewInstance};
use crate::views;

/// `GET /elements`
pub(crate) async fn list(
    State(app): State<App>,
    _: Reader,
    params: Params<ElementQuery>,
) -> ApiResult<Rows<views::ElementSummary>> {
    let list = List::shared_filtered(&app, &params, "connectors")?;
    let mut rows = Vec::new();
    for listed in app.catalogue.all() {
        if list.wanted.as_ref().map_or(Ok(true), |wanted| element_filter::matches(wanted, &listed))? {
            rows.push(listed);
        }
    }
    let page = paging::cut(rows, list.paging, |listed| listed.id.0)?;
    Ok(list.show(&page, |listed| listed.id.0, views::abridged))
}

/// `GET /elements/keys`
pub(crate) async fn keys(
    State(app): State<App>,
    _: Reader,
    params: Params<ElementKeyQuery>,
) -> ApiResult<Rows<String>> {
    let list = List::shared(&app, &params, "keys of connectors")?;
    let page = paging::cut(app.catalogue.all().collect(), list.paging, |listed| listed.id.0)?;
    Ok(list.show(&page, |listed| listed.id.0, |listed| listed.connector.key.as_str().to_owned()))
}

/// `GET /elements/{keyOrId}`
pub(crate) async fn show(State(app): State<App>, _: Reader, at: Segments) -> ApiResult<Json<views::Element>> {
    Ok(Json(views::element(&at.connector(&app)?)))
}

/// `GET /elements/{keyOrId}/configuration`
pub(crate) async fn configuration(
    State(app): State<App>,
    _: Reader,
    at: Segments,
) -> ApiResult<Json<Vec<views::Field>>> {
    let listed = at.connector(&app)?;
    Ok(Json(listed.connector.fields.iter().map(views::configuration_entry).collect()))
}

/// `GET /elements/{keyOrId}/authentication-types`
pub(crate) async fn authentication_types(
    State(app): State<App>,
    _: Reader,
    at: Segments,
) -> ApiResult<Json<views::AuthenticationTypes>> {
    Ok(Json(views::authentication_types(&at.connector(&app)?.connector)))
}

/// `GET /elements/{keyOrId}/authentication-types/{type}/configurations`
pub(crate) async fn authentication_fields(
    State(app): State<App>,
    _: Reader,
    at: Segments,
) -> ApiResult<Json<Vec<views::Field>>> {
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
    params: Params<InstanceQuery>,
) -> ApiResult<Rows<views::Instance>> {
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
    JsonObject(body): JsonObject<NewInstance>,
) -> ApiResult<views::OneInstance> {
    let key = at.connector(&app)?.connector.key.as_str().to_owned();
    show_new(&app, &caller, body, Some(key)).await
}

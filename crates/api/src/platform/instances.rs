//! Instances (section 3). Rows with `{id}` have a twin without it that an Element token resolves.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use keyway_app::instances::{self, Actor, InstanceDetail, InstancePatch, ListFilter, NewInstanceInput};
use keyway_app::{App, Error};
use keyway_model::{Caller, Problems};
use serde_json::{Map, Value, json};

use super::list::List;
use crate::error::ApiResult;
use crate::extract::{OnInstance, Segments, Signed};
use crate::json::JsonObject;
use crate::object::Object;
use crate::params::Params;
use crate::views;

/// Longest text to search for, in characters: names and tags are no longer.
const MAX_FILTER: usize = 255;

/// `GET /instances`; 404 when a search finds nothing.
pub(crate) async fn list(State(app): State<App>, Signed(caller): Signed, params: Params) -> ApiResult<Response> {
    let tags = params.all("tags");
    let search = params.one("searchText")?.filter(|text| !text.is_empty()).map(str::to_owned);
    let longest = search.iter().chain(&tags).map(|text| text.chars().count()).max();
    if longest.is_some_and(|longest| longest > MAX_FILTER) {
        let message = format!("must have {MAX_FILTER} characters at most");
        return Err(Problems::one("searchText or tags", message).into());
    }
    let name = format!("instances with tags {tags:?} and text {search:?}");
    let filter = ListFilter { tags, search, ..ListFilter::default() };
    show_list(&app, &caller, &params, &filter, &name).await
}

/// A page of instances.
pub(crate) async fn show_list(
    app: &App,
    caller: &Caller,
    params: &Params,
    filter: &ListFilter,
    name: &str,
) -> ApiResult<Response> {
    let hydrate = params.flag("hydrate")?;
    let list = List::read(app, caller, params, name)?;
    let page = instances::list(app, caller, filter, list.paging).await?;
    let searched = !filter.tags.is_empty() || filter.search.is_some();
    if page.items.is_empty() && searched {
        return Err(Error::NotFound("No instances found".to_owned()).into());
    }
    Ok(list.show(&page, |detail| detail.instance.id.0, |detail| views::instance(detail, hydrate)))
}

/// `POST /instances`
pub(crate) async fn create(
    State(app): State<App>,
    Signed(caller): Signed,
    JsonObject(body): JsonObject,
) -> ApiResult<Response> {
    Ok(show_new(&app, &caller, body, None).await?.into_response())
}

/// Makes an instance from a body; the connector may be given by the path.
pub(crate) async fn show_new(
    app: &App,
    caller: &Caller,
    mut body: Object,
    connector: Option<String>,
) -> ApiResult<Response> {
    let named = connector_named(&mut body)?;
    let new = NewInstanceInput {
        name: body.text("name"),
        configuration: body.configuration("configuration"),
        tags: body.texts("tags").unwrap_or_default(),
        connector: connector.or(named).unwrap_or_default(),
    };
    body.finish()?;
    if new.connector.is_empty() {
        return Err(Error::invalid("element.key", "is required (element.id will do)").into());
    }
    Ok(shown(&instances::create(app, caller, new).await?))
}

/// `GET /instances/{id}`
pub(crate) async fn show(State(app): State<App>, on: OnInstance) -> ApiResult<Response> {
    Ok(shown(&instances::show(&app, &on.actor, on.id).await?))
}

/// `PUT` and `PATCH` of `/instances/{id}` and `/instances`: what is absent stays.
pub(crate) async fn update(
    State(app): State<App>,
    on: OnInstance,
    JsonObject(mut body): JsonObject,
) -> ApiResult<Response> {
    let connector = connector_named(&mut body)?;
    let patch = InstancePatch {
        name: body.text("name"),
        tags: body.texts("tags"),
        configuration: body.configuration("configuration"),
        connector,
        verify: body.has("providerData"),
    };
    body.finish()?;
    Ok(shown(&instances::patch(&app, on.caller()?, on.id, patch).await?))
}

/// `DELETE /instances/{id}` and `DELETE /instances`
pub(crate) async fn remove(State(app): State<App>, on: OnInstance) -> ApiResult<Json<Value>> {
    instances::remove(&app, on.caller()?, on.id).await?;
    Ok(Json(json!({})))
}

/// `PUT …/enabled`
pub(crate) async fn enable(State(app): State<App>, on: OnInstance) -> ApiResult<Response> {
    Ok(shown(&instances::set_enabled(&app, on.caller()?, on.id, true).await?))
}

/// `DELETE …/enabled`
pub(crate) async fn disable(State(app): State<App>, on: OnInstance) -> ApiResult<Response> {
    Ok(shown(&instances::set_enabled(&app, on.caller()?, on.id, false).await?))
}

/// `GET /instances/count`
pub(crate) async fn count(State(app): State<App>, Signed(caller): Signed) -> ApiResult<Json<Value>> {
    let counts = instances::count(&app, &caller).await?;
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    let by_key: Map<String, Value> = counts.into_iter().map(|(key, count)| (key, json!(count))).collect();
    Ok(Json(json!({ "totalInstances": total, "elementInstances": by_key, "connectorInstances": by_key })))
}

/// Whether the instance of the path `/elements/{keyOrId}/instances/{id}` is one of that connector.
pub(crate) async fn show_below_element(State(app): State<App>, at: Segments, on: OnInstance) -> ApiResult<Response> {
    Ok(shown(&below_element(&app, &at, &on).await?))
}

/// `PUT` and `PATCH` below a connector.
pub(crate) async fn update_below_element(
    State(app): State<App>,
    at: Segments,
    on: OnInstance,
    body: JsonObject,
) -> ApiResult<Response> {
    below_element(&app, &at, &on).await?;
    update(State(app), on, body).await
}

/// `DELETE` below a connector.
pub(crate) async fn remove_below_element(
    State(app): State<App>,
    at: Segments,
    on: OnInstance,
) -> ApiResult<Json<Value>> {
    below_element(&app, &at, &on).await?;
    remove(State(app), on).await
}

async fn below_element(app: &App, at: &Segments, on: &OnInstance) -> Result<InstanceDetail, Error> {
    let listed = at.connector(app)?;
    let detail = instances::show(app, &Actor::Caller(on.caller()?.clone()), on.id).await?;
    if detail.listed.id == listed.id {
        return Ok(detail);
    }
    Err(instances::unknown(&on.id.to_string()))
}

fn shown(detail: &InstanceDetail) -> Response {
    let view = views::instance(detail, true);
    let events = view["eventsEnabled"] == json!(true);
    let mut response = Json(view).into_response();
    if events {
        // Said where a client looks, as long as it is so.
        let warning = HeaderValue::from_static("events are stored as wanted but not delivered by this version");
        response.headers_mut().insert("elements-error", warning);
    }
    response
}

/// The connector of `element` or `connector`: by key, or by number.
fn connector_named(body: &mut Object) -> Result<Option<String>, Problems> {
    let element = body.object("element");
    let connector = body.object("connector");
    let name = |members: Map<String, Value>| match (members.get("key"), members.get("id")) {
        (Some(Value::String(key)), _) => Some(key.clone()),
        (_, Some(Value::Number(id))) => Some(id.to_string()),
        (_, Some(Value::String(id))) => Some(id.clone()),
        _ => None,
    };
    let (element, connector) = (element.and_then(name), connector.and_then(name));
    if let (Some(one), Some(other)) = (&element, &connector)
        && one != other
    {
        return Err(Problems::one("connector", "must be the same as element, where both are sent"));
    }
    Ok(element.or(connector))
}

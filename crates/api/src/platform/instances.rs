//! Instances (section 3). Rows with `{id}` have a twin without it that an Element token resolves.

use axum::Json;
use axum::extract::State;
use keyway_app::instances::{
    self, Actor, Brought, InstanceDetail, InstancePatch, ListFilter, NewInstanceInput, VersionChoice,
};
use keyway_app::{App, Error};
use keyway_model::{Caller, Problems};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::list::{List, Rows};
use crate::error::ApiResult;
use crate::extract::{OnInstance, Segments, Signed};
use crate::json::JsonObject;
use crate::object::Object;
use crate::params::{Params, Query};
use crate::schema::{InstanceChanges, InstanceSearch, NewInstance};
use crate::views;

/// Longest text to search for, in characters: names and tags are no longer.
const MAX_FILTER: usize = 255;

/// `GET /instances`; 404 when a search finds nothing.
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    params: Params<InstanceSearch>,
) -> ApiResult<Rows<views::Instance>> {
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
pub(crate) async fn show_list<Q: Query>(
    app: &App,
    caller: &Caller,
    params: &Params<Q>,
    filter: &ListFilter,
    name: &str,
) -> ApiResult<Rows<views::Instance>> {
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
    JsonObject(body): JsonObject<NewInstance>,
) -> ApiResult<views::OneInstance> {
    show_new(&app, &caller, body, None).await
}

/// Makes an instance from a body; the connector may be given by the path.
pub(crate) async fn show_new(
    app: &App,
    caller: &Caller,
    mut body: Object<NewInstance>,
    connector: Option<String>,
) -> ApiResult<views::OneInstance> {
    let named = connector_named(&mut body)?;
    let new = NewInstanceInput {
        name: body.text("name"),
        configuration: body.configuration("configuration"),
        tags: body.texts("tags").unwrap_or_default(),
        connector: connector.or(named).unwrap_or_default(),
        brought: brought(&mut body).unwrap_or_default(),
    };
    body.finish()?;
    if new.connector.is_empty() {
        return Err(Error::invalid("element.key", "is required (element.id will do)").into());
    }
    Ok(views::OneInstance::of(&instances::create(app, caller, new).await?))
}

/// `GET /instances/{id}`
pub(crate) async fn show(State(app): State<App>, on: OnInstance) -> ApiResult<views::OneInstance> {
    Ok(views::OneInstance::of(&instances::show(&app, &on.actor, on.id).await?))
}

/// `PUT` and `PATCH` of `/instances/{id}` and `/instances`: what is absent stays.
pub(crate) async fn update(
    State(app): State<App>,
    on: OnInstance,
    JsonObject(mut body): JsonObject<InstanceChanges>,
) -> ApiResult<views::OneInstance> {
    let connector = connector_named(&mut body)?;
    let patch = InstancePatch {
        name: body.text("name"),
        tags: body.texts("tags"),
        configuration: body.configuration("configuration"),
        connector,
        version: version_named(&mut body),
        brought: brought(&mut body),
    };
    body.finish()?;
    Ok(views::OneInstance::of(&instances::patch(&app, on.caller()?, on.id, patch).await?))
}

/// `DELETE /instances/{id}` and `DELETE /instances`
pub(crate) async fn remove(State(app): State<App>, on: OnInstance) -> ApiResult<Json<views::Empty>> {
    instances::remove(&app, on.caller()?, on.id).await?;
    Ok(Json(views::Empty {}))
}

/// `PUT …/enabled`
pub(crate) async fn enable(State(app): State<App>, on: OnInstance) -> ApiResult<views::OneInstance> {
    Ok(views::OneInstance::of(&instances::set_enabled(&app, on.caller()?, on.id, true).await?))
}

/// `DELETE …/enabled`
pub(crate) async fn disable(State(app): State<App>, on: OnInstance) -> ApiResult<views::OneInstance> {
    Ok(views::OneInstance::of(&instances::set_enabled(&app, on.caller()?, on.id, false).await?))
}

/// `GET /instances/count`
pub(crate) async fn count(State(app): State<App>, Signed(caller): Signed) -> ApiResult<Json<views::InstanceCount>> {
    Ok(Json(views::instance_count(instances::count(&app, &caller).await?)))
}

/// Whether the instance of the path `/elements/{keyOrId}/instances/{id}` is one of that connector.
pub(crate) async fn show_below_element(
    State(app): State<App>,
    at: Segments,
    on: OnInstance,
) -> ApiResult<views::OneInstance> {
    Ok(views::OneInstance::of(&below_element(&app, &at, &on).await?))
}

/// `PUT` and `PATCH` below a connector.
pub(crate) async fn update_below_element(
    State(app): State<App>,
    at: Segments,
    on: OnInstance,
    body: JsonObject<InstanceChanges>,
) -> ApiResult<views::OneInstance> {
    below_element(&app, &at, &on).await?;
    update(State(app), on, body).await
}

/// `DELETE` below a connector.
pub(crate) async fn remove_below_element(
    State(app): State<App>,
    at: Segments,
    on: OnInstance,
) -> ApiResult<Json<views::Empty>> {
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

/// What is brought from the provider; `None` where nothing is.
fn brought<T: ToSchema>(body: &mut Object<T>) -> Option<Brought> {
    let external = body.text("externalAuthentication").filter(|text| text != "none");
    let data = body.object("providerData");
    let initial = external.as_deref() == Some("initial");
    if external.is_some() && !initial {
        return body.wrong("externalAuthentication", "must be none or initial");
    }
    (data.is_some() || initial).then(|| instances::brought(data.as_ref(), initial))
}

/// The version of `elementVersion`: a number, or `latest`.
fn version_named(body: &mut Object<InstanceChanges>) -> Option<VersionChoice> {
    match body.value("elementVersion")? {
        Value::Null => None,
        Value::String(text) if text == "latest" => Some(VersionChoice::Latest),
        Value::String(text) if text.parse::<i64>().is_ok() => text.parse().ok().map(VersionChoice::Number),
        Value::Number(number) if number.is_i64() => number.as_i64().map(VersionChoice::Number),
        _ => body.wrong("elementVersion", "must be the number of a version, or latest"),
    }
}

/// The connector of `element` or `connector`: by key, or by number.
fn connector_named<T: ToSchema>(body: &mut Object<T>) -> Result<Option<String>, Problems> {
    let element = body.object("element");
    let connector = body.object("connector");
    let element = element.map(|members| key_or_id("element", &members)).transpose()?.flatten();
    let connector = connector.map(|members| key_or_id("connector", &members)).transpose()?.flatten();
    if let (Some(one), Some(other)) = (&element, &connector)
        && one != other
    {
        return Err(Problems::one("connector", "must be the same as element, where both are sent"));
    }
    Ok(element.or(connector))
}

/// The key of a connector's members, or its number; a member that is neither must not be overlooked.
fn key_or_id(field: &str, members: &Map<String, Value>) -> Result<Option<String>, Problems> {
    match members.get("key") {
        Some(Value::String(key)) => return Ok(Some(key.clone())),
        None | Some(Value::Null) => {}
        Some(_) => return Err(Problems::one(format!("{field}.key"), "must be a string")),
    }
    match members.get("id") {
        Some(Value::Number(id)) => Ok(Some(id.to_string())),
        Some(Value::String(id)) => Ok(Some(id.clone())),
        None | Some(Value::Null) => Ok(None),
        Some(_) => Err(Problems::one(format!("{field}.id"), "must be a number")),
    }
}

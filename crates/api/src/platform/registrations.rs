//! Client registrations: what this server is at providers.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use keyway_app::registrations::{self, Level, NewRegistrationInput, RegistrationPatch};
use keyway_app::{App, Error};
use keyway_model::{AccountId, RegistrationId, Secret};
use utoipa::ToSchema;

use super::list::{List, Rows};
use crate::error::ApiResult;
use crate::extract::{Segments, Signed};
use crate::json::JsonObject;
use crate::object::{Object, configuration_value};
use crate::params::Params;
use crate::schema::{NewRegistration, RegistrationChanges, RegistrationQuery};
use crate::views;

/// `GET /registrations`
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    params: Params<RegistrationQuery>,
) -> ApiResult<Rows<views::Registration>> {
    let list = List::read(&app, &caller, &params, "registrations")?;
    let page = registrations::list(&app, &caller, list.paging).await?;
    Ok(list.show(&page, |registration| registration.id.0, views::registration))
}

/// `POST /registrations`
pub(crate) async fn create(
    State(app): State<App>,
    Signed(caller): Signed,
    JsonObject(mut body): JsonObject<NewRegistration>,
) -> ApiResult<Json<views::Registration>> {
    let connector = body.text("connector");
    let level = body.text("level");
    let new = NewRegistrationInput {
        connector: connector.unwrap_or_default(),
        level: Level::parse(level.as_deref().unwrap_or_default()).unwrap_or(Level::Organization),
        account: account(&mut body),
        name: body.text("name"),
        client_id: body.text("clientId").unwrap_or_default(),
        members: members(&mut body),
        configuration: body.configuration("configuration"),
        callback_urls: body.texts("callbackUrls").unwrap_or_default(),
    };
    if new.connector.is_empty() {
        body.wrong::<()>("connector", "is required");
    }
    if level.is_some_and(|level| Level::parse(&level).is_none()) {
        body.wrong::<()>("level", "must be organization or account");
    }
    body.finish()?;
    Ok(Json(views::registration(&registrations::create(&app, &caller, new).await?)))
}

/// `GET /registrations/{id}`
pub(crate) async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
) -> ApiResult<Json<views::Registration>> {
    Ok(Json(views::registration(&registrations::show(&app, &caller, id(&at)?).await?)))
}

/// `PUT /registrations/{id}`
pub(crate) async fn update(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
    JsonObject(mut body): JsonObject<RegistrationChanges>,
) -> ApiResult<Json<views::Registration>> {
    let patch = RegistrationPatch {
        name: body.text("name"),
        client_id: body.text("clientId"),
        members: members(&mut body),
        configuration: body.configuration("configuration"),
        callback_urls: body.texts("callbackUrls"),
    };
    body.finish()?;
    Ok(Json(views::registration(&registrations::update(&app, &caller, id(&at)?, patch).await?)))
}

/// `DELETE /registrations/{id}`
pub(crate) async fn remove(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
) -> ApiResult<Json<views::Empty>> {
    registrations::remove(&app, &caller, id(&at)?).await?;
    Ok(Json(views::Empty {}))
}

fn id(at: &Segments) -> Result<RegistrationId, Error> {
    at.number("id", registrations::unknown).map(RegistrationId)
}

fn account(body: &mut Object<NewRegistration>) -> Option<AccountId> {
    match body.value("accountId")? {
        serde_json::Value::Null => None,
        value => match value.as_i64() {
            Some(id) => Some(AccountId(id)),
            None => body.wrong("accountId", "must be the number of an account"),
        },
    }
}

/// What a client consists of besides its identifier; its secret has a member of its own.
fn members<T: ToSchema>(body: &mut Object<T>) -> BTreeMap<String, Option<Secret>> {
    let mut members = body.configuration("members");
    members.extend(body.value("secret").map(|secret| ("secret".to_owned(), configuration_value(secret))));
    members
}

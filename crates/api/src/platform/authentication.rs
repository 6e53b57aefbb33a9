//! Signing in (section 1.2).

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use keyway_app::{App, Error, sign_in};
use keyway_model::{Caller, Problems, Secret};
use serde_json::{Value, json};

use crate::authorization::{bearer, credentials};
use crate::error::ApiResult;
use crate::extract::ShownCredentials;
use crate::json::JsonObject;
use crate::views;

/// `POST /authentication`
pub(crate) async fn create(
    State(app): State<App>,
    ShownCredentials(shown): ShownCredentials,
    JsonObject(mut body): JsonObject,
) -> ApiResult<Json<Value>> {
    let username = body.text("username");
    let password = body.text("password").map(Secret::new);
    body.finish()?;
    let mut missing = Problems::default();
    for (field, absent) in [("username", username.is_none()), ("password", password.is_none())] {
        if absent {
            missing.add(field, "is required");
        }
    }
    missing.into_result()?;
    let password = password.unwrap_or_else(|| Secret::from(""));
    let done = sign_in::sign_in(&app, &username.unwrap_or_default(), &password, &shown).await?;
    Ok(Json(views::authenticated(&done)))
}

/// `GET /authentication/secrets`
pub(crate) async fn secrets(State(app): State<App>, headers: HeaderMap) -> ApiResult<Json<Value>> {
    let caller = signed_in(&app, &headers).await?;
    let secrets = sign_in::secrets(&app, &caller).await?;
    Ok(Json(json!({
        "userSecret": secrets.user.expose(),
        "organizationSecret": secrets.organization.expose(),
    })))
}

/// `POST /authentication/passwords`, with a sign-in or with both secrets.
pub(crate) async fn change_password(
    State(app): State<App>,
    headers: HeaderMap,
    JsonObject(mut body): JsonObject,
) -> ApiResult<Json<Value>> {
    let caller = match signed_in(&app, &headers).await {
        Ok(caller) => caller,
        Err(_) => keyway_app::access::caller(&app, &credentials(&headers)?).await?,
    };
    let password = body.text("password");
    body.finish()?;
    let password = password.ok_or_else(|| Error::invalid("password", "is required"))?;
    sign_in::change_password(&app, caller.user.id, &Secret::new(password)).await?;
    Ok(Json(views::user(&caller.user, None)))
}

async fn signed_in(app: &App, headers: &HeaderMap) -> Result<Caller, Error> {
    let token = bearer(headers).ok_or(Error::Unauthenticated)?;
    sign_in::signed_in(app, &token).await
}

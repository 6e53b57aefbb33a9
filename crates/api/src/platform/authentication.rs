//! Signing in (section 1.2).

use axum::Json;
use axum::extract::State;
use keyway_app::{App, Error, sign_in};
use keyway_model::{Problems, Secret};

use crate::error::ApiResult;
use crate::extract::{ShownCredentials, SignedAnyhow, SignedIn};
use crate::json::JsonObject;
use crate::schema::{NewPassword, SignInBody};
use crate::views;

/// `POST /authentication`
pub(crate) async fn create(
    State(app): State<App>,
    ShownCredentials(shown): ShownCredentials,
    JsonObject(mut body): JsonObject<SignInBody>,
) -> ApiResult<Json<views::SignedIn>> {
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
pub(crate) async fn secrets(State(app): State<App>, SignedIn(caller): SignedIn) -> ApiResult<Json<views::Secrets>> {
    Ok(Json(views::secrets(&sign_in::secrets(&app, &caller).await?)))
}

/// `POST /authentication/passwords`, with a sign-in or with both secrets.
pub(crate) async fn change_password(
    State(app): State<App>,
    SignedAnyhow(caller): SignedAnyhow,
    JsonObject(mut body): JsonObject<NewPassword>,
) -> ApiResult<Json<views::User>> {
    let password = body.text("password");
    body.finish()?;
    let password = password.ok_or_else(|| Error::invalid("password", "is required"))?;
    sign_in::change_password(&app, caller.user.id, &Secret::new(password)).await?;
    Ok(Json(views::user(&caller.user, None)))
}

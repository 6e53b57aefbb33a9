//! Instance keys, our own addition to the dialect.

use axum::Json;
use axum::extract::State;
use keyway_app::instance_keys::{self, NewKeyInput};
use keyway_app::{App, Error};
use keyway_model::KeyId;

use crate::error::ApiResult;
use crate::extract::{OnInstance, Segments};
use crate::json::JsonObject;
use crate::schema::NewKey;
use crate::views;

/// `GET …/keys`
pub(crate) async fn list(State(app): State<App>, on: OnInstance) -> ApiResult<Json<Vec<views::InstanceKey>>> {
    let keys = instance_keys::list(&app, on.caller()?, on.id).await?;
    Ok(Json(keys.iter().map(views::instance_key).collect()))
}

/// `POST …/keys`: the answer holds the key's text, once.
pub(crate) async fn create(
    State(app): State<App>,
    on: OnInstance,
    JsonObject(mut body): JsonObject<NewKey>,
) -> ApiResult<Json<views::MadeKey>> {
    let new = NewKeyInput {
        name: body.text("name"),
        methods: body.texts("methods").unwrap_or_default(),
        path_prefixes: body.texts("pathPrefixes").unwrap_or_default(),
        expires_at: body.text("expiresAt"),
    };
    body.finish()?;
    let (key, text) = instance_keys::create(&app, on.caller()?, on.id, new).await?;
    Ok(Json(views::made_key(&key, &text)))
}

/// `DELETE …/keys/{keyId}`
pub(crate) async fn revoke(State(app): State<App>, on: OnInstance, at: Segments) -> ApiResult<Json<views::Empty>> {
    let key = at.number("keyId", |text| Error::NotFound(format!("No key found with ID {text}")))?;
    instance_keys::revoke(&app, on.caller()?, on.id, KeyId(key)).await?;
    Ok(Json(views::Empty {}))
}

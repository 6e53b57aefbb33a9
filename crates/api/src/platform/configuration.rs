//! The configuration of an instance, entry by entry (section 3.1).

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use keyway_app::instances::{self, InstanceDetail, InstancePatch};
use keyway_app::{App, Error};

use crate::error::ApiResult;
use crate::extract::{OnInstance, Segments};
use crate::json::JsonObject;
use crate::object::configuration_value;
use crate::schema::ConfigurationChange;
use crate::views;

/// `GET …/configuration`
pub(crate) async fn list(State(app): State<App>, on: OnInstance) -> ApiResult<Json<Vec<views::Entry>>> {
    Ok(Json(views::entries(&instances::show(&app, &on.actor, on.id).await?)))
}

/// `GET …/configuration/{configId}`, by number or key.
pub(crate) async fn show(State(app): State<App>, on: OnInstance, at: Segments) -> ApiResult<Json<views::Entry>> {
    let detail = instances::show(&app, &on.actor, on.id).await?;
    Ok(Json(find(&detail, at.text("configId"))?))
}

/// `PATCH …/configuration/{configId}`
pub(crate) async fn update(
    State(app): State<App>,
    on: OnInstance,
    at: Segments,
    JsonObject(mut body): JsonObject<ConfigurationChange>,
) -> ApiResult<Json<views::Entry>> {
    let caller = on.caller()?;
    let value = body.value("propertyValue");
    body.finish()?;
    let value = value.ok_or_else(|| Error::invalid("propertyValue", "is required (null unsets the entry)"))?;
    let before = instances::show(&app, &on.actor, on.id).await?;
    let key = find(&before, at.text("configId"))?.key;
    let configuration = BTreeMap::from([(key.clone(), configuration_value(value))]);
    let patch = InstancePatch { configuration, ..InstancePatch::default() };
    let detail = instances::patch(&app, caller, on.id, patch).await?;
    Ok(Json(find(&detail, &key)?))
}

fn find(detail: &InstanceDetail, id_or_key: &str) -> Result<views::Entry, Error> {
    let id = id_or_key.parse::<i64>().ok();
    let found = views::entries(detail).into_iter().find(|entry| entry.key == id_or_key || Some(entry.id) == id);
    found.ok_or_else(|| Error::NotFound(format!("No configuration found with ID {id_or_key}")))
}

//! The caller's organization.

use axum::Json;
use axum::extract::State;
use keyway_app::App;
use keyway_app::organizations::{self, OrganizationPatch};

use crate::error::ApiResult;
use crate::extract::Signed;
use crate::json::JsonObject;
use crate::schema::OrganizationChanges;
use crate::views;

/// `GET /organizations/me`
pub(crate) async fn show(State(app): State<App>, Signed(caller): Signed) -> ApiResult<Json<views::Organization>> {
    let (organization, secret) = organizations::mine(&app, &caller).await?;
    Ok(Json(views::organization(&organization, secret.as_ref())))
}

/// `PUT /organizations/me`
pub(crate) async fn update(
    State(app): State<App>,
    Signed(caller): Signed,
    JsonObject(mut body): JsonObject<OrganizationChanges>,
) -> ApiResult<Json<views::Organization>> {
    let patch = OrganizationPatch { name: body.text("name"), external_id: body.text("externalId") };
    body.finish()?;
    let organization = organizations::update(&app, &caller, patch).await?;
    Ok(Json(views::organization(&organization, None)))
}

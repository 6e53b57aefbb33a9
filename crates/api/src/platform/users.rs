//! Users (section 1.4).

use std::net::IpAddr;

use axum::Json;
use axum::extract::State;
use keyway_app::users::{self, NewUserInput, UserPatch};
use keyway_app::{App, Error, roles};
use keyway_model::{Caller, Problems, Secret, User, UserId};

use super::accounts::user_of_account;
use super::list::{List, Rows};
use crate::error::ApiResult;
use crate::extract::{Segments, ShownCredentials, ShownPassword, Signed};
use crate::json::JsonObject;
use crate::object::Object;
use crate::params::Params;
use crate::schema::{NewUser, RemovalQuery, UserChanges, UserQuery};
use crate::views;

const PROFILE: [&str; 7] = ["phone", "street1", "street2", "city", "stateprovince", "country", "postalCode"];

fn user_id(segments: &Segments) -> Result<UserId, Error> {
    segments.number("id", users::unknown).map(UserId)
}

/// The user to change: below an account, one of that account.
async fn user_to_change(app: &App, caller: &Caller, at: &Segments) -> Result<UserId, Error> {
    if at.text("userId").is_empty() {
        return user_id(at);
    }
    Ok(user_of_account(app, caller, at).await?.id)
}

/// Reads a user to be made.
pub(crate) fn new_user(mut body: Object<NewUser>) -> Result<NewUserInput, Problems> {
    let new = NewUserInput {
        first_name: body.text("firstName"),
        last_name: body.text("lastName"),
        email: body.text("email"),
        password: body.text("password").map(Secret::new),
        external_id: body.text("externalId"),
        profile: body.some_texts(&PROFILE),
    };
    body.finish()?;
    Ok(new)
}

/// A user; with `Elements-User-Password` and the right password also its secret.
pub(crate) async fn shown_user(
    app: &App,
    caller: &Caller,
    user: &User,
    ShownPassword(password): ShownPassword,
    address: Option<IpAddr>,
) -> ApiResult<Json<views::User>> {
    let secret = match password {
        Some(password) => Some(users::secret(app, caller, user, &password, address).await?),
        None => None,
    };
    Ok(Json(views::user(user, secret.as_ref())))
}

/// `GET /users`
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    params: Params<UserQuery>,
) -> ApiResult<Rows<views::User>> {
    let with_inactive = params.flag("includeInactive")?;
    let list = List::filtered(&app, &caller, &params, &format!("users {with_inactive}"))?;
    let page = users::list(&app, &caller, None, with_inactive, list.wanted.as_ref(), list.paging).await?;
    Ok(list.show(&page, |user| user.id.0, |user| views::user(user, None)))
}

/// `GET /users/{id}`, by number or email.
pub(crate) async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    ShownCredentials(shown): ShownCredentials,
    at: Segments,
    password: ShownPassword,
) -> ApiResult<Json<views::User>> {
    let user = users::show(&app, &caller, at.text("id")).await?;
    shown_user(&app, &caller, &user, password, shown.address).await
}

/// `PATCH /users/{id}` and the same below an account, there also by `PUT`.
pub(crate) async fn update(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
    JsonObject(mut body): JsonObject<UserChanges>,
) -> ApiResult<Json<views::User>> {
    let patch = UserPatch {
        first_name: body.text("firstName"),
        last_name: body.text("lastName"),
        email: body.text("email"),
        external_id: body.text("externalId"),
        active: body.flag("active"),
        profile: body.some_texts(&PROFILE),
    };
    body.finish()?;
    let user = users::update(&app, &caller, user_to_change(&app, &caller, &at).await?, patch).await?;
    Ok(Json(views::user(&user, None)))
}

/// `DELETE /users/{id}`
pub(crate) async fn remove(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
    params: Params<RemovalQuery>,
) -> ApiResult<Json<views::Empty>> {
    users::remove(&app, &caller, user_to_change(&app, &caller, &at).await?, params.flag("permanent")?).await?;
    Ok(Json(views::Empty {}))
}

/// `GET /users/{id}/roles`
pub(crate) async fn roles(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
) -> ApiResult<Json<Vec<views::Role>>> {
    let user = users::show(&app, &caller, at.text("id")).await?;
    Ok(Json(user.roles.iter().map(|role| views::role_view(*role)).collect()))
}

/// `PUT /users/{id}/roles/{roleKey}`
pub(crate) async fn grant_role(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
) -> ApiResult<Json<views::Role>> {
    let role = roles::grant(&app, &caller, user_id(&at)?, at.text("roleKey")).await?;
    Ok(Json(views::role_view(role)))
}

/// `DELETE /users/{id}/roles/{roleKey}`
pub(crate) async fn revoke_role(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
) -> ApiResult<Json<views::Empty>> {
    roles::revoke(&app, &caller, user_id(&at)?, at.text("roleKey")).await?;
    Ok(Json(views::Empty {}))
}

//! Accounts, their users and instances (section 1.4).

use axum::Json;
use axum::extract::State;
use keyway_app::accounts::{self, AccountPatch, NewAccountInput};
use keyway_app::instances::ListFilter;
use keyway_app::{App, Error, users};
use keyway_model::{AccountId, Caller, User};

use super::instances::show_list;
use super::list::{List, Rows};
use super::users::{new_user, shown_user};
use crate::error::ApiResult;
use crate::extract::{Segments, ShownCredentials, ShownPassword, Signed};
use crate::json::JsonObject;
use crate::params::Params;
use crate::schema::{AccountChanges, AccountQuery, InstanceQuery, NewAccount, NewUser, RemovalQuery, UserQuery};
use crate::views;

fn account_id(segments: &Segments) -> Result<AccountId, Error> {
    segments.number("id", accounts::unknown).map(AccountId)
}

/// `GET /accounts`
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    params: Params<AccountQuery>,
) -> ApiResult<Rows<views::Account>> {
    let with_inactive = params.flag("includeInactive")?;
    let list = List::filtered(&app, &caller, &params, &format!("accounts {with_inactive}"))?;
    let page = accounts::list(&app, &caller, with_inactive, list.wanted.as_ref(), list.paging).await?;
    Ok(list.show(&page, |account| account.id.0, views::account))
}

/// `POST /accounts`
pub(crate) async fn create(
    State(app): State<App>,
    Signed(caller): Signed,
    JsonObject(mut body): JsonObject<NewAccount>,
) -> ApiResult<Json<views::Account>> {
    let new = NewAccountInput {
        external_id: body.text("externalId"),
        name: body.text("name"),
        description: body.text("description"),
    };
    body.finish()?;
    Ok(Json(views::account(&accounts::create(&app, &caller, new).await?)))
}

/// `GET /accounts/{id}`
pub(crate) async fn show(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
) -> ApiResult<Json<views::Account>> {
    Ok(Json(views::account(&accounts::show(&app, &caller, account_id(&at)?).await?)))
}

/// `PUT /accounts/{id}` and `PATCH /accounts/{id}`
pub(crate) async fn update(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
    JsonObject(mut body): JsonObject<AccountChanges>,
) -> ApiResult<Json<views::Account>> {
    let patch = AccountPatch {
        name: body.text("name"),
        description: body.text("description"),
        external_id: body.text("externalId"),
        active: body.flag("active"),
    };
    body.finish()?;
    Ok(Json(views::account(&accounts::update(&app, &caller, account_id(&at)?, patch).await?)))
}

/// `DELETE /accounts/{id}`
pub(crate) async fn remove(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
    params: Params<RemovalQuery>,
) -> ApiResult<Json<views::Empty>> {
    accounts::remove(&app, &caller, account_id(&at)?, params.flag("permanent")?).await?;
    Ok(Json(views::Empty {}))
}

/// `GET /accounts/{id}/users`; 404 when there are none.
pub(crate) async fn users(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
    params: Params<UserQuery>,
) -> ApiResult<Rows<views::User>> {
    let account = account_id(&at)?;
    let with_inactive = params.flag("includeInactive")?;
    let list = List::filtered(&app, &caller, &params, &format!("users of account {account} {with_inactive}"))?;
    let page = users::list(&app, &caller, Some(account), with_inactive, list.wanted.as_ref(), list.paging).await?;
    if page.items.is_empty() {
        return Err(Error::NotFound("No users found".to_owned()).into());
    }
    Ok(list.show(&page, |user| user.id.0, |user| views::user(user, None)))
}

/// `POST /accounts/{id}/users`
pub(crate) async fn create_user(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
    JsonObject(body): JsonObject<NewUser>,
) -> ApiResult<Json<views::User>> {
    let account = account_id(&at)?;
    let user = users::create(&app, &caller, account, new_user(body)?).await?;
    Ok(Json(views::user(&user, None)))
}

/// The user that `/accounts/{id}/users/{userId}` names, who is one of that account.
pub(super) async fn user_of_account(app: &App, caller: &Caller, at: &Segments) -> Result<User, Error> {
    let account = accounts::show(app, caller, account_id(at)?).await?;
    let user = users::show(app, caller, at.text("userId")).await?;
    if user.account == account.id { Ok(user) } else { Err(users::unknown(at.text("userId"))) }
}

/// `GET /accounts/{id}/users/{userId}`
pub(crate) async fn user(
    State(app): State<App>,
    Signed(caller): Signed,
    ShownCredentials(shown): ShownCredentials,
    at: Segments,
    password: ShownPassword,
) -> ApiResult<Json<views::User>> {
    let user = user_of_account(&app, &caller, &at).await?;
    shown_user(&app, &caller, &user, password, shown.address).await
}

/// `GET /accounts/instances`, of the caller's own account.
pub(crate) async fn own_instances(
    State(app): State<App>,
    Signed(caller): Signed,
    params: Params<InstanceQuery>,
) -> ApiResult<Rows<views::Instance>> {
    let filter = ListFilter { account: Some(caller.user.account), ..ListFilter::default() };
    show_list(&app, &caller, &params, &filter, "instances of my account").await
}

/// `GET /accounts/{id}/instances`
pub(crate) async fn instances(
    State(app): State<App>,
    Signed(caller): Signed,
    at: Segments,
    params: Params<InstanceQuery>,
) -> ApiResult<Rows<views::Instance>> {
    let account = accounts::show(&app, &caller, account_id(&at)?).await?;
    let filter = ListFilter { account: Some(account.id), ..ListFilter::default() };
    show_list(&app, &caller, &params, &filter, &format!("instances of account {}", account.id)).await
}

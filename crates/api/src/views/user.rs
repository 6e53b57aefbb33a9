//! Users and sign-ins (sections 1.2 and 1.4).

use std::collections::BTreeMap;

use keyway_app::sign_in::{self, SignIn};
use keyway_model::{self as model, Secret, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A user. Members of an address (`phone`, `street1`, `city` and so on) are there where they were given.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    id: i64,
    #[schema(value_type = String, format = DateTime)]
    created_date: Timestamp,
    first_name: String,
    last_name: String,
    full_name: String,
    email: String,
    email_valid: bool,
    active: bool,
    enabled: bool,
    /// Always `secured`.
    password: &'static str,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_login_date: Option<Timestamp>,
    account_expired: bool,
    account_locked: bool,
    credentials_expired: bool,
    account_non_expired: bool,
    account_non_locked: bool,
    credentials_non_expired: bool,
    account_id: i64,
    external_id: Option<String>,
    roles: Vec<Role>,
    #[serde(flatten)]
    #[schema(ignore)]
    profile: BTreeMap<String, String>,
    /// The user's secret, for who showed the user's password.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<String>,
}

/// The answer to a sign-in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignedIn {
    /// Goes into `Authorization: Bearer …` of `GET /authentication/secrets`.
    token: String,
    id: i64,
    username: String,
    first_name: String,
    last_name: String,
    account_id: i64,
    account_name: String,
    organization_id: i64,
    organization_name: String,
    roles: Vec<Role>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_login_date: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    created_date: Timestamp,
    organization_admin: bool,
    account_admin: bool,
    sys_admin: bool,
    two_factor: bool,
    registered_for_two_factor: bool,
}

/// Both secrets of a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Secrets {
    user_secret: String,
    organization_secret: String,
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Role {
    id: usize,
    key: &'static str,
    name: &'static str,
    active: bool,
    description: &'static str,
    features: [String; 0],
}

/// A user. The secret is there only for who showed the user's password.
pub(crate) fn user(user: &model::User, secret: Option<&Secret>) -> User {
    User {
        id: user.id.0,
        created_date: user.created_at,
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        full_name: format!("{} {}", user.first_name, user.last_name).trim().to_owned(),
        email: user.email.clone(),
        email_valid: true,
        active: user.active,
        enabled: user.active,
        password: "secured",
        last_login_date: user.last_login_at,
        account_expired: false,
        account_locked: false,
        credentials_expired: false,
        account_non_expired: true,
        account_non_locked: true,
        credentials_non_expired: true,
        account_id: user.account.0,
        external_id: user.external_id.clone(),
        roles: roles(user),
        profile: user.profile.clone(),
        secret: secret.map(|secret| secret.expose().clone()),
    }
}

/// The answer to a sign-in.
pub(crate) fn authenticated(done: &SignIn) -> SignedIn {
    let user = &done.caller.user;
    SignedIn {
        token: done.token.expose().clone(),
        id: user.id.0,
        username: user.email.clone(),
        first_name: user.first_name.clone(),
        last_name: user.last_name.clone(),
        account_id: user.account.0,
        account_name: done.account_name.clone(),
        organization_id: user.organization.0,
        organization_name: done.organization_name.clone(),
        roles: roles(user),
        last_login_date: user.last_login_at,
        created_date: user.created_at,
        organization_admin: user.has(model::Role::OrganizationAdmin),
        account_admin: user.has(model::Role::AccountAdmin),
        sys_admin: false,
        two_factor: false,
        registered_for_two_factor: false,
    }
}

/// Both secrets of a user.
pub(crate) fn secrets(secrets: &sign_in::Secrets) -> Secrets {
    Secrets { user_secret: secrets.user.expose().clone(), organization_secret: secrets.organization.expose().clone() }
}

fn roles(user: &model::User) -> Vec<Role> {
    user.roles.iter().map(|role| role_view(*role)).collect()
}

/// A role.
pub(crate) fn role_view(role: model::Role) -> Role {
    let id = model::Role::ALL.iter().position(|known| *known == role).map_or(0, |index| index + 1);
    Role { id, key: role.key(), name: role.name(), active: true, description: role.name(), features: [] }
}

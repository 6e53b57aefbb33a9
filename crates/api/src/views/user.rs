//! Users and sign-ins (sections 1.2 and 1.4).

use keyway_app::sign_in::SignIn;
use keyway_model::{Role, Secret, User};
use serde_json::{Value, json};

/// A user. The secret is there only for who showed the user's password.
pub(crate) fn user(user: &User, secret: Option<&Secret>) -> Value {
    let mut view = json!({
        "id": user.id,
        "createdDate": user.created_at,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "fullName": format!("{} {}", user.first_name, user.last_name).trim(),
        "email": user.email,
        "emailValid": true,
        "active": user.active,
        "enabled": user.active,
        "password": "secured",
        "lastLoginDate": user.last_login_at,
        "accountExpired": false,
        "accountLocked": false,
        "credentialsExpired": false,
        "accountNonExpired": true,
        "accountNonLocked": true,
        "credentialsNonExpired": true,
        "accountId": user.account,
        "externalId": user.external_id,
        "roles": roles(user),
    });
    for (name, text) in &user.profile {
        view[name] = json!(text);
    }
    if let Some(secret) = secret {
        view["secret"] = json!(secret.expose());
    }
    view
}

/// The answer to a sign-in.
pub(crate) fn authenticated(done: &SignIn) -> Value {
    let user = &done.caller.user;
    json!({
        "token": done.token.expose(),
        "id": user.id,
        "username": user.email,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "accountId": user.account,
        "accountName": done.account_name,
        "organizationId": user.organization,
        "organizationName": done.organization_name,
        "roles": roles(user),
        "lastLoginDate": user.last_login_at,
        "createdDate": user.created_at,
        "organizationAdmin": user.has(Role::OrganizationAdmin),
        "accountAdmin": user.has(Role::AccountAdmin),
        "sysAdmin": false,
        "twoFactor": false,
        "registeredForTwoFactor": false,
    })
}

fn roles(user: &User) -> Vec<Value> {
    user.roles.iter().map(|role| role_view(*role)).collect()
}

/// A role.
pub(crate) fn role_view(role: Role) -> Value {
    let id = Role::ALL.iter().position(|known| *known == role).map_or(0, |index| index + 1);
    json!({ "id": id, "key": role.key(), "name": role.name(), "active": true, "description": role.name(), "features": [] })
}

//! Granting and revoking roles (section 1.4): never above one's own, never one's own.

use keyway_model::{Caller, Role, UserId};

use crate::{App, Error, Result, users};

/// Grants a role to a user.
pub async fn grant(app: &App, caller: &Caller, user: UserId, key: &str) -> Result<Role> {
    let role = checked(app, caller, user, key).await?;
    let mut tx = app.store.write().await?;
    match tx.grant_role(user, role).await {
        Err(keyway_store::Error::Conflict) => {
            return Err(Error::Conflict(format!("User {user} already has the role '{key}'")));
        }
        done => done?,
    }
    tx.commit().await?;
    Ok(role)
}

/// Takes a role away from a user.
pub async fn revoke(app: &App, caller: &Caller, user: UserId, key: &str) -> Result<()> {
    let role = checked(app, caller, user, key).await?;
    let mut tx = app.store.write().await?;
    if !tx.revoke_role(user, role).await? {
        return Err(Error::NotFound(format!("User {user} does not have the role '{key}'")));
    }
    tx.commit().await?;
    Ok(())
}

async fn checked(app: &App, caller: &Caller, user: UserId, key: &str) -> Result<Role> {
    let role = Role::parse(key).ok_or_else(|| {
        let known = Role::ALL.map(Role::key).join(", ");
        Error::invalid("roleKey", format!("'{key}' is not a role; known are {known}"))
    })?;
    let target = users::show(app, caller, &user.to_string()).await?;
    if !caller.administers(target.account) {
        return Err(Error::Forbidden("only an administrator grants roles".to_owned()));
    }
    if target.id == caller.user.id {
        return Err(Error::Forbidden("nobody changes their own roles".to_owned()));
    }
    if target.highest_role() > caller.user.highest_role() {
        return Err(Error::Forbidden(format!("user {user} has a higher role than you")));
    }
    if role > caller.user.highest_role() {
        return Err(Error::Forbidden(format!("the role '{key}' is higher than your own")));
    }
    Ok(role)
}

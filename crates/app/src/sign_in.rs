//! Signing in with a password: a short-lived token that fetches the secrets.

use keyway_model::{Caller, Secret, UserId};
use keyway_vault::Context;

use crate::access::{Credentials, LOGIN};
use crate::passwords::Passwords;
use crate::{App, Error, Result};

/// How long a sign-in lasts, in seconds.
const LIFETIME: i64 = 12 * 3600;

/// A successful sign-in.
#[derive(Debug)]
pub struct SignIn {
    /// The token that [`secrets`] takes.
    pub token: Secret,
    /// Who signed in.
    pub caller: Caller,
    /// Name of the account.
    pub account_name: String,
    /// Name of the organization.
    pub organization_name: String,
}

/// The secrets of a user and of its organization.
#[derive(Debug)]
pub struct Secrets {
    /// For the scheme `User`.
    pub user: Secret,
    /// For the scheme `Organization`.
    pub organization: Secret,
}

/// Checks a name and a password. Tries are limited by address and by name; a wrong name takes as long as a wrong password.
pub async fn sign_in(app: &App, email: &str, password: &Secret, credentials: &Credentials) -> Result<SignIn> {
    let email = email.trim().to_lowercase();
    app.throttle.try_once(credentials.address, &email)?;
    let stored = app.store.read().await?.user_by_email(&email).await?;
    let hash = stored.as_ref().and_then(|stored| stored.password_hash.clone());
    let fits = app.passwords.verify(password, hash).await?;
    let mut user = match stored {
        Some(stored) if fits && stored.user.active => stored.user,
        _ => return Err(Error::Unauthenticated),
    };
    let now = app.clock.now();
    let token = app.entropy.base64_token();
    let mut tx = app.store.write().await?;
    let account = tx.account(user.organization, user.account).await?.filter(|account| account.active);
    let account = account.ok_or(Error::Unauthenticated)?;
    let organization = tx.organization(user.organization).await?.filter(|organization| organization.active);
    let organization = organization.ok_or(Error::Unauthenticated)?;
    let token_hash = app.keyring.lookup().hash(LOGIN, token.expose());
    tx.insert_login(&token_hash, user.id, now, now.plus_seconds(LIFETIME)).await?;
    user.last_login_at = Some(now);
    tx.update_user(&user).await?;
    tx.commit().await?;
    Ok(SignIn { token, caller: Caller { user }, account_name: account.name, organization_name: organization.name })
}

/// The active user of a sign-in, of an active account.
pub async fn signed_in(app: &App, token: &Secret) -> Result<Caller> {
    let hash = app.keyring.lookup().hash(LOGIN, token.expose());
    let mut tx = app.store.read().await?;
    let id = tx.login(&hash, app.clock.now()).await?.ok_or(Error::Unauthenticated)?;
    for organization in tx.organization_ids().await? {
        if let Some(stored) = tx.user(organization, id).await?.filter(|stored| stored.user.active) {
            let account = tx.account(organization, stored.user.account).await?.filter(|account| account.active);
            return account.map(|_| Caller { user: stored.user }).ok_or(Error::Unauthenticated);
        }
    }
    Err(Error::Unauthenticated)
}

/// The secrets of a signed-in user.
pub async fn secrets(app: &App, caller: &Caller) -> Result<Secrets> {
    let mut tx = app.store.read().await?;
    let stored = tx.user(caller.organization(), caller.user.id).await?.ok_or(Error::Unauthenticated)?;
    let organization = tx.organization_secret(caller.organization()).await?.ok_or(Error::Unauthenticated)?;
    drop(tx);
    let place = |record| Context { organization: Some(caller.organization()), record, field: "secret" };
    Ok(Secrets {
        user: app.keyring.open_value(place(stored.uuid), &stored.secret_sealed).await?,
        organization: app.keyring.open_value(place(organization.0), &organization.1).await?,
    })
}

/// The secrets of the first organization and its first administrator, for the operator of this machine.
pub async fn operator_secrets(app: &App) -> Result<Secrets> {
    let mut tx = app.store.read().await?;
    let organization = tx.organization_ids().await?.into_iter().next();
    let organization = organization.ok_or_else(|| Error::NotFound("there is no organization".to_owned()))?;
    let administrator = tx.first_administrator(organization).await?;
    let administrator =
        administrator.ok_or_else(|| Error::NotFound("the organization has no administrator".to_owned()))?;
    drop(tx);
    secrets(app, &Caller { user: administrator.user }).await
}

/// Changes one's own password; every earlier sign-in ends.
pub async fn change_password(app: &App, user: UserId, password: &Secret) -> Result<()> {
    Passwords::check(password)?;
    let hash = app.passwords.hash(password).await?;
    let mut tx = app.store.write().await?;
    tx.set_password(user, &hash).await?;
    tx.commit().await?;
    Ok(())
}

/// Sets the password of the user with an email, for the operator of this machine.
pub async fn set_password_of(app: &App, email: &str, password: &Secret) -> Result<()> {
    let email = email.trim().to_lowercase();
    let stored = app.store.read().await?.user_by_email(&email).await?;
    let stored = stored.ok_or_else(|| Error::NotFound(format!("no user has the email {email}")))?;
    change_password(app, stored.user.id, password).await
}

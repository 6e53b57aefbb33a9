//! Who is asking: secrets and tokens become callers.

use std::net::IpAddr;

use keyway_model::{Caller, InstanceId, OrganizationId, Secret};

use crate::{App, Error, Result};

/// Kind of hash of a user secret.
pub(crate) const USER_SECRET: &str = "user secret";
/// Kind of hash of an organization secret.
pub(crate) const ORGANIZATION_SECRET: &str = "organization secret";
/// Kind of hash of an instance token.
pub(crate) const INSTANCE_TOKEN: &str = "instance token";
/// Kind of hash of an instance key.
pub(crate) const INSTANCE_KEY: &str = "instance key";
/// Kind of hash of a sign-in.
pub(crate) const LOGIN: &str = "login";

/// What a request shows to say who it is from.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// `User …`.
    pub user: Option<Secret>,
    /// `Organization …`.
    pub organization: Option<Secret>,
    /// `Element …`, an instance token.
    pub element: Option<Secret>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
}

/// The instance that a token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHolder {
    /// The tenant.
    pub organization: OrganizationId,
    /// The instance.
    pub instance: InstanceId,
}

/// The user of both secrets.
pub async fn caller(app: &App, credentials: &Credentials) -> Result<Caller> {
    let (Some(user), Some(organization)) = (&credentials.user, &credentials.organization) else {
        return Err(Error::Unauthenticated);
    };
    let lookup = app.keyring.lookup();
    let mut tx = app.store.read().await?;
    let organization = tx.organization_by_secret(&lookup.hash(ORGANIZATION_SECRET, organization.expose())).await?;
    let stored = tx.user_by_secret(&lookup.hash(USER_SECRET, user.expose())).await?;
    match (stored, organization) {
        (Some(stored), Some(organization)) if stored.user.organization == organization => {
            Ok(Caller { user: stored.user })
        }
        _ => Err(Error::Unauthenticated),
    }
}

/// The instance of an Element token. User and organization secrets are optional, but wrong ones are refused.
pub async fn token_holder(app: &App, credentials: &Credentials) -> Result<TokenHolder> {
    let token = credentials.element.as_ref().ok_or(Error::Unauthenticated)?;
    let hash = app.keyring.lookup().hash(INSTANCE_TOKEN, token.expose());
    let found = app.store.read().await?.instance_by_token(&hash).await?.ok_or(Error::Unauthenticated)?;
    let organization = found.instance.organization;
    check_optional(app, credentials, organization).await?;
    Ok(TokenHolder { organization, instance: found.instance.id })
}

/// Refuses user or organization secrets that are shown beside a token but do not belong to its organization.
pub async fn check_optional(app: &App, credentials: &Credentials, organization: OrganizationId) -> Result<()> {
    let lookup = app.keyring.lookup();
    if credentials.user.is_none() && credentials.organization.is_none() {
        return Ok(());
    }
    let mut tx = app.store.read().await?;
    if let Some(secret) = &credentials.user {
        let found = tx.user_by_secret(&lookup.hash(USER_SECRET, secret.expose())).await?;
        found.filter(|stored| stored.user.organization == organization).ok_or(Error::Unauthenticated)?;
    }
    if let Some(secret) = &credentials.organization {
        let found = tx.organization_by_secret(&lookup.hash(ORGANIZATION_SECRET, secret.expose())).await?;
        found.filter(|id| *id == organization).ok_or(Error::Unauthenticated)?;
    }
    Ok(())
}

//! The caller's own organization.

use keyway_model::{Caller, Organization, Secret};

use crate::{App, Error, Result, sign_in};

/// What may be changed of an organization.
#[derive(Clone, Debug, Default)]
pub struct OrganizationPatch {
    /// A new name.
    pub name: Option<String>,
    /// The caller's own id for it.
    pub external_id: Option<String>,
}

/// The caller's organization, with its secret when the caller administers it.
pub async fn mine(app: &App, caller: &Caller) -> Result<(Organization, Option<Secret>)> {
    let organization = app.store.read().await?.organization(caller.organization()).await?;
    let organization = organization.ok_or(Error::Unauthenticated)?;
    if !caller.administers_organization() {
        return Ok((organization, None));
    }
    let secrets = sign_in::secrets(app, caller).await?;
    Ok((organization, Some(secrets.organization)))
}

/// Changes the caller's organization.
pub async fn update(app: &App, caller: &Caller, patch: OrganizationPatch) -> Result<Organization> {
    if !caller.administers_organization() {
        return Err(Error::Forbidden("only an organization administrator changes the organization".to_owned()));
    }
    let mut tx = app.store.write().await?;
    let mut organization = tx.organization(caller.organization()).await?.ok_or(Error::Unauthenticated)?;
    if let Some(name) = patch.name {
        organization.name = keyway_model::plain_text(&name);
    }
    organization.external_id = patch.external_id.or(organization.external_id);
    tx.update_organization(&organization).await?;
    tx.commit().await?;
    Ok(organization)
}

//! New data keys: everything that is sealed is sealed anew, instance by instance, while the server runs.

use keyway_model::{InstanceId, OrganizationId, PageSize, Secret};
use keyway_store::{SealedValue, Selection, Tx};
use keyway_vault::Context;
use uuid::Uuid;

use crate::access::{ORGANIZATION_SECRET, USER_SECRET};
use crate::instances::{TOKEN_FIELD, value_field};
use crate::{App, Result};

/// Gives every organization a new data key and seals its values with it. A crash in between leaves values under both
/// keys, and both keys open. `progress` is told how many instances are done, which is also the result.
pub async fn reseal(app: &App, progress: &(dyn Fn(u64) + Sync)) -> Result<u64> {
    let mut done = 0;
    let organizations = app.store.read().await?.organization_ids().await?;
    for organization in organizations {
        app.keyring.renew_data_key(organization).await?;
        reseal_secrets(app, organization).await?;
        let mut after = 0;
        loop {
            let page = app.store.read().await?.all_instance_ids(organization, after, PageSize::default()).await?;
            for id in &page.items {
                reseal_instance(app, organization, *id).await?;
                done += 1;
                progress(done);
            }
            match page.items.last() {
                Some(last) if page.has_more => after = last.0,
                _ => break,
            }
        }
    }
    Ok(done)
}

async fn reseal_secrets(app: &App, organization: OrganizationId) -> Result<()> {
    let mut tx = app.store.write().await?;
    if let Some((record, sealed)) = tx.organization_secret(organization).await? {
        let (secret, sealed) = again(app, organization, record, "secret", &sealed).await?;
        let hash = app.keyring.lookup().hash(ORGANIZATION_SECRET, secret.expose());
        tx.set_organization_secret(organization, &sealed, &hash).await?;
    }
    let mut after = 0;
    loop {
        let page = tx.users(organization, &Selection::everything(), after, PageSize::default()).await?;
        for user in &page.items {
            reseal_user(app, &mut tx, organization, user.id).await?;
        }
        match page.items.last() {
            Some(last) if page.has_more => after = last.id.0,
            _ => break,
        }
    }
    Ok(tx.commit().await?)
}

async fn reseal_user(app: &App, tx: &mut Tx, organization: OrganizationId, id: keyway_model::UserId) -> Result<()> {
    let Some(stored) = tx.user(organization, id).await? else { return Ok(()) };
    let (secret, sealed) = again(app, organization, stored.uuid, "secret", &stored.secret_sealed).await?;
    let hash = app.keyring.lookup().hash(USER_SECRET, secret.expose());
    Ok(tx.set_user_secret(id, &sealed, &hash).await?)
}

async fn reseal_instance(app: &App, organization: OrganizationId, id: InstanceId) -> Result<()> {
    let mut tx = app.store.write().await?;
    if !tx.lock_instance(id).await? {
        return Ok(());
    }
    let Some(found) = tx.instance(organization, id).await? else { return Ok(()) };
    let record = found.instance.uuid;
    let (_, token) = again(app, organization, record, TOKEN_FIELD, &found.token).await?;
    tx.reseal_token(id, &token).await?;
    for value in found.values {
        let (_, sealed) = again(app, organization, record, &value_field(&value.field), &value.sealed).await?;
        tx.set_value(id, &SealedValue { field: value.field, sealed }).await?;
    }
    Ok(tx.commit().await?)
}

/// Opens a value and seals it again for the same place.
async fn again(
    app: &App,
    organization: OrganizationId,
    record: Uuid,
    field: &str,
    sealed: &[u8],
) -> Result<(Secret, Vec<u8>)> {
    let place = Context { organization: Some(organization), record, field };
    let clear = app.keyring.open_value(place, sealed).await?;
    let sealed = app.keyring.seal(place, &clear).await?;
    Ok((clear, sealed))
}

//! New data keys: everything that is sealed is sealed anew, instance by instance, while the server runs.

use keyway_model::{InstanceId, OrganizationId, PageSize, Secret};
use keyway_store::{RegistrationFilter, ResealedGrant, SealedValue, Selection, Tx};
use keyway_vault::Context;
use uuid::Uuid;

use crate::access::{ORGANIZATION_SECRET, USER_SECRET};
use crate::connect::{ATTEMPT_FIELD, RETURNED_FIELD};
use crate::credentials::{ANSWER_FIELD, EXCHANGE_FIELD, GRANT_FIELD, SUBJECT_FIELD};
use crate::instances::{TOKEN_FIELD, value_field};
use crate::registrations::REGISTRATION_FIELD;
use crate::{App, Result};

/// Exchanges that are read at once.
const PAGE: u16 = 200;

/// Gives every organization a new data key and seals its values with it. A crash in between leaves values under both
/// keys, and both keys open. `progress` is told how many instances are done, which is also the result.
pub async fn reseal(app: &App, progress: &(dyn Fn(u64) + Sync)) -> Result<u64> {
    let mut done = 0;
    let organizations = app.store.read().await?.organization_ids().await?;
    for organization in organizations {
        app.keyring.renew_data_key(organization).await?;
        reseal_secrets(app, organization).await?;
        reseal_registrations(app, Some(organization)).await?;
        reseal_attempts(app, organization).await?;
        reseal_exchanges(app, organization).await?;
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
    reseal_registrations(app, None).await?;
    Ok(done)
}

/// Registrations of an organization, or those of the server, whose data key stays as it is.
async fn reseal_registrations(app: &App, organization: Option<OrganizationId>) -> Result<()> {
    let filter = RegistrationFilter { organization, account: None };
    let mut after = 0;
    loop {
        let page = app.store.read().await?.registrations(filter, after, PageSize::default()).await?;
        for row in &page.items {
            let place = Context { organization, record: row.uuid, field: REGISTRATION_FIELD };
            let clear = app.keyring.open_value(place, &row.sealed).await?;
            let sealed = app.keyring.seal(place, &clear).await?;
            let mut tx = app.store.write().await?;
            tx.reseal_registration(row.id, row.version, &sealed).await?;
            tx.commit().await?;
        }
        match page.items.last() {
            Some(last) if page.has_more => after = last.id.0,
            _ => return Ok(()),
        }
    }
}

/// Attempts that are under way.
async fn reseal_attempts(app: &App, organization: OrganizationId) -> Result<()> {
    let mut after = 0;
    loop {
        let page = app.store.read().await?.attempts(organization, after, PageSize::default()).await?;
        for row in &page.items {
            let (_, sealed) = again(app, organization, row.uuid, ATTEMPT_FIELD, &row.sealed).await?;
            let returned = match &row.returned {
                Some(returned) => Some(again(app, organization, row.uuid, RETURNED_FIELD, returned).await?.1),
                None => None,
            };
            let mut tx = app.store.write().await?;
            tx.reseal_attempt(row.id, &sealed, returned.as_deref()).await?;
            tx.commit().await?;
        }
        match page.items.last() {
            Some(last) if page.has_more => after = last.id.0,
            _ => return Ok(()),
        }
    }
}

/// Answers that no instance holds yet.
async fn reseal_exchanges(app: &App, organization: OrganizationId) -> Result<()> {
    let mut after = Vec::new();
    loop {
        let rows = app.store.read().await?.exchanges(organization, &after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after.clone_from(&last.hash);
        for row in &rows {
            let Some(answer) = &row.answer else { continue };
            let (_, sealed) = again(app, organization, row.uuid, EXCHANGE_FIELD, answer).await?;
            let mut tx = app.store.write().await?;
            tx.reseal_exchange(&row.hash, answer, &sealed).await?;
            tx.commit().await?;
        }
    }
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
    reseal_grant(app, &mut tx, organization, (id, record)).await?;
    Ok(tx.commit().await?)
}

async fn reseal_grant(
    app: &App,
    tx: &mut Tx,
    organization: OrganizationId,
    (id, record): (InstanceId, Uuid),
) -> Result<()> {
    // Held, so that a renewal cannot write a newer one in between.
    if !tx.lock_grant(id).await? {
        return Ok(());
    }
    let Some(grant) = tx.grant(id).await? else { return Ok(()) };
    let (_, sealed) = again(app, organization, record, GRANT_FIELD, &grant.sealed).await?;
    let subject = match &grant.subject {
        Some(subject) => Some(again(app, organization, record, SUBJECT_FIELD, subject).await?.1),
        None => None,
    };
    let answer = match &grant.answer {
        Some(answer) => Some(again(app, organization, record, ANSWER_FIELD, answer).await?.1),
        None => None,
    };
    let parts = ResealedGrant { sealed: &sealed, subject: subject.as_deref(), answer: answer.as_deref() };
    Ok(tx.reseal_grant(id, &parts).await?)
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

//! Proves that everything sealed opens, before anybody needs it.

use keyway_model::{InstanceId, OrganizationId, PageSize};
use keyway_store::{RegistrationFilter, Selection};
use keyway_vault::Context;

use crate::credentials::{ANSWER_FIELD, EXCHANGE_FIELD, GRANT_FIELD, SUBJECT_FIELD};
use crate::registrations::REGISTRATION_FIELD;
use crate::{App, Result};

/// Exchanges that are read at once.
const PAGE: u16 = 200;

/// What the doctor found.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// Sealed values that opened.
    pub opened: u64,
    /// What did not, in words that name the place and never the value.
    pub problems: Vec<String>,
}

/// Opens every data key, secret, token and configuration value. `progress` is told how many instances are done.
pub async fn examine(app: &App, progress: &(dyn Fn(u64) + Sync)) -> Result<Diagnosis> {
    let mut diagnosis = Diagnosis::default();
    let mut tx = app.store.read().await?;
    let keys = tx.data_keys().await?;
    let organizations = tx.organization_ids().await?;
    drop(tx);
    for key in keys {
        let outcome = app.keyring.check_data_key(&key);
        diagnosis.note(&outcome, || format!("data key {}", key.id));
    }
    let mut done = 0;
    for organization in organizations {
        examine_organization(app, organization, &mut diagnosis).await?;
        examine_registrations(app, Some(organization), &mut diagnosis).await?;
        examine_exchanges(app, organization, &mut diagnosis).await?;
        let mut after = 0;
        loop {
            let page = app.store.read().await?.all_instance_ids(organization, after, PageSize::default()).await?;
            for id in &page.items {
                examine_instance(app, organization, *id, &mut diagnosis).await?;
                done += 1;
                progress(done);
            }
            match page.items.last() {
                Some(last) if page.has_more => after = last.0,
                _ => break,
            }
        }
    }
    examine_registrations(app, None, &mut diagnosis).await?;
    Ok(diagnosis)
}

impl Diagnosis {
    fn note<T, E>(&mut self, outcome: &Result<T, E>, place: impl FnOnce() -> String) {
        match outcome {
            Ok(_) => self.opened += 1,
            Err(_) => self.problems.push(format!("{} does not open", place())),
        }
    }
}

async fn examine_organization(app: &App, organization: OrganizationId, diagnosis: &mut Diagnosis) -> Result<()> {
    let mut tx = app.store.read().await?;
    if let Some((uuid, sealed)) = tx.organization_secret(organization).await? {
        let place = Context { organization: Some(organization), record: uuid, field: "secret" };
        diagnosis
            .note(&app.keyring.open_value(place, &sealed).await, || format!("secret of organization {organization}"));
    }
    let mut after = 0;
    loop {
        let page = tx.users(organization, &Selection::everything(), after, PageSize::default()).await?;
        for user in &page.items {
            if let Some(stored) = tx.user(organization, user.id).await? {
                let place = Context { organization: Some(organization), record: stored.uuid, field: "secret" };
                let outcome = app.keyring.open_value(place, &stored.secret_sealed).await;
                diagnosis.note(&outcome, || format!("secret of user {}", user.id));
            }
        }
        match page.items.last() {
            Some(last) if page.has_more => after = last.id.0,
            _ => return Ok(()),
        }
    }
}

async fn examine_instance(
    app: &App,
    organization: OrganizationId,
    id: InstanceId,
    diagnosis: &mut Diagnosis,
) -> Result<()> {
    // Deleted since the page was read: nothing is sealed there any more.
    let Some(sealed) = app.store.read().await?.instance(organization, id).await? else {
        return Ok(());
    };
    let place = Context {
        organization: Some(organization),
        record: sealed.instance.uuid,
        field: crate::instances::TOKEN_FIELD,
    };
    let instance = &sealed.instance;
    let token = app.keyring.open_value(place, &sealed.token).await;
    diagnosis.note(&token, || format!("token of instance {id}"));
    for value in &sealed.values {
        let field = crate::instances::value_field(&value.field);
        let place = Context { organization: Some(organization), record: sealed.instance.uuid, field: &field };
        let outcome = app.keyring.open_value(place, &value.sealed).await;
        diagnosis.note(&outcome, || format!("configuration {} of instance {id}", value.field));
    }
    let Some(grant) = app.store.read().await?.grant(id).await? else { return Ok(()) };
    let parts = [(GRANT_FIELD, Some(&grant.sealed)), (SUBJECT_FIELD, grant.subject.as_ref())];
    for (field, sealed) in parts.into_iter().chain([(ANSWER_FIELD, grant.answer.as_ref())]) {
        let Some(sealed) = sealed else { continue };
        let place = Context { organization: Some(organization), record: instance.uuid, field };
        diagnosis.note(&app.keyring.open_value(place, sealed).await, || format!("{field} of instance {id}"));
    }
    Ok(())
}

/// Registrations of an organization, or those of the server.
async fn examine_registrations(
    app: &App,
    organization: Option<OrganizationId>,
    diagnosis: &mut Diagnosis,
) -> Result<()> {
    let filter = RegistrationFilter { organization, account: None };
    let mut after = 0;
    loop {
        let page = app.store.read().await?.registrations(filter, after, PageSize::default()).await?;
        for row in &page.items {
            let place = Context { organization, record: row.uuid, field: REGISTRATION_FIELD };
            let outcome = app.keyring.open_value(place, &row.sealed).await;
            diagnosis.note(&outcome, || format!("client registration {}", row.id));
        }
        match page.items.last() {
            Some(last) if page.has_more => after = last.id.0,
            _ => return Ok(()),
        }
    }
}

/// Answers that no instance holds yet.
async fn examine_exchanges(app: &App, organization: OrganizationId, diagnosis: &mut Diagnosis) -> Result<()> {
    let mut after = Vec::new();
    loop {
        let rows = app.store.read().await?.exchanges(organization, &after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after.clone_from(&last.hash);
        for row in &rows {
            let Some(answer) = &row.answer else { continue };
            let place = Context { organization: Some(organization), record: row.uuid, field: EXCHANGE_FIELD };
            diagnosis.note(&app.keyring.open_value(place, answer).await, || {
                "an answer that waits for its instance".to_owned()
            });
        }
    }
}

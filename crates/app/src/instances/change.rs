//! Changing, switching and deleting an instance.

use std::sync::Arc;

use keyway_connector::Connector;
use keyway_model::{Caller, Configuration, Instance, InstanceId, OrganizationId, PageSize, Visibility};
use keyway_store::InstanceFilter;

use super::configuration::{self, ConfigurationInput};
use super::provision::{checked_name, checked_tags};
use super::repoint::{self, Place};
use super::{InstanceDetail, Target, connector_of, detail, load_to_change, open_values, seal_values};
use crate::catalogue::Listed;
use crate::{App, Error, Result};

/// How often a change is tried again when somebody else changed the same instance meanwhile.
const TRIES: usize = 8;

/// What is to be changed; what is absent stays (section 13, row 18).
#[derive(Clone, Debug, Default)]
pub struct InstancePatch {
    /// A new name.
    pub name: Option<String>,
    /// Tags instead of the present ones.
    pub tags: Option<Vec<String>>,
    /// Configuration entries to set or unset.
    pub configuration: ConfigurationInput,
    /// Key or number of another connector to move to.
    pub connector: Option<String>,
    /// The version of the definition to move to.
    pub version: Option<VersionChoice>,
    /// Whether to ask the provider again although nothing about the credential changes.
    pub verify: bool,
}

/// A version of a connector's definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionChoice {
    /// The one that is installed now.
    Latest,
    /// One of those that were used before.
    Number(i64),
}

/// The connector and version that an instance has after a change: its own, unless it is told to move.
async fn moved(app: &App, old: &Listed, patch: &InstancePatch) -> Result<Listed> {
    let latest = match &patch.connector {
        Some(named) => app.catalogue.find(named)?,
        None => old.clone(),
    };
    let same = latest.connector.key == old.connector.key;
    let key = &latest.connector.key;
    match patch.version {
        None if same => Ok(old.clone()),
        None => Ok(latest),
        Some(VersionChoice::Latest) => app.catalogue.find(key.as_str()),
        Some(VersionChoice::Number(number)) => {
            let found = app.catalogue.version(&app.store, key, number).await?;
            found.ok_or_else(|| Error::invalid("elementVersion", format!("is no version of '{key}'")))
        }
    }
}

/// Changes an instance, or nothing.
pub async fn patch(app: &App, caller: &Caller, id: InstanceId, patch: InstancePatch) -> Result<InstanceDetail> {
    for _ in 0..TRIES {
        if let Some(changed) = try_patch(app, caller, id, patch.clone()).await? {
            return Ok(changed);
        }
    }
    Err(busy(id))
}

/// One try; `None` when somebody else was faster.
async fn try_patch(app: &App, caller: &Caller, id: InstanceId, patch: InstancePatch) -> Result<Option<InstanceDetail>> {
    let sealed = load_to_change(app, caller, id).await?;
    let before = open_values(app, &sealed.instance, &sealed.values).await?;
    let old = connector_of(app, &sealed.instance).await?;
    let Listed { connector: new, version, .. } = moved(app, &old, &patch).await?;
    let old = old.connector;
    let mut instance = sealed.instance;
    instance.connector = new.key.clone();
    instance.connector_version = version;
    if patch.name.is_some() {
        instance.name = checked_name(patch.name, &new)?;
    }
    if let Some(tags) = patch.tags {
        instance.tags = checked_tags(tags)?;
    }
    let moves = !Arc::ptr_eq(&old, &new);
    let touched = patch.verify || moves || patch.connector.is_some() || !patch.configuration.is_empty();
    let after = if touched { reconfigure(&old, &new, &before, &patch.configuration)? } else { before.clone() };
    if patch.verify || moves || changes_credential(&new, &before, &after) {
        instance.verified = Target::prepare(&new, &after)?.verify(app, &new, &after).await?;
    }
    save(app, instance, &before, &after).await
}

/// The configuration after a change, checked whole.
fn reconfigure(
    old: &Connector,
    new: &Connector,
    before: &Configuration,
    input: &ConfigurationInput,
) -> Result<Configuration> {
    let merged = configuration::merge(new, before, input.clone());
    let after = configuration::with_defaults(new, merged);
    configuration::check(new, &after)?;
    let (from, to) = (Place { connector: old, configuration: before }, Place { connector: new, configuration: &after });
    repoint::check(&from, &to, input)?;
    repoint::check_kept_back(&from, &to, input)?;
    Target::prepare(new, &after)?;
    Ok(after)
}

fn changes_credential(connector: &Connector, before: &Configuration, after: &Configuration) -> bool {
    let credential = |key: &str| {
        connector.methods.iter().any(|method| method.keys().contains(key))
    };
    let relevant = |key: &String| {
        let computes = connector.fields.iter().filter_map(|field| field.computed.as_ref());
        connector.host_keys().contains(key.as_str())
            || *key == keyway_connector::AUTHENTICATION_TYPE
            || computes.flat_map(keyway_connector::Template::keys).any(|used| used == key)
            || credential(key)
    };
    before.keys().chain(after.keys()).any(|key| relevant(key) && before.get(key) != after.get(key))
}

/// Writes the instance and what differs in its configuration, if nobody else changed it meanwhile.
async fn save(
    app: &App,
    mut instance: Instance,
    before: &Configuration,
    after: &Configuration,
) -> Result<Option<InstanceDetail>> {
    let now = app.clock.now();
    instance.updated_at = now;
    let mut changed = after.clone();
    changed.retain(|key, value| before.get(key) != Some(value));
    let sealed = seal_values(app, instance.organization, instance.uuid, &changed).await?;
    let mut tx = app.store.write().await?;
    if !tx.update_instance(&instance).await? {
        return Ok(None);
    }
    for value in &sealed {
        tx.set_value(instance.id, value).await?;
    }
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        tx.delete_value(instance.id, key).await?;
    }
    tx.insert_change(instance.id, now).await?;
    let kept = tx.instance(instance.organization, instance.id).await?;
    tx.commit().await?;
    app.cache.forget(instance.id);
    let kept = kept.ok_or_else(|| super::unknown(&instance.id.to_string()))?;
    detail(app, kept).await.map(Some)
}

/// Keeps values that a provider's answer brought. Nobody's permission is needed: the definition says which.
pub(crate) async fn keep_captured(
    app: &App,
    organization: OrganizationId,
    id: InstanceId,
    values: Configuration,
) -> Result<()> {
    for _ in 0..TRIES {
        let found = app.store.read().await?.instance(organization, id).await?;
        let sealed = found.ok_or_else(|| super::unknown(&id.to_string()))?;
        let before = open_values(app, &sealed.instance, &sealed.values).await?;
        let mut after = before.clone();
        after.extend(values.clone());
        if after == before || save(app, sealed.instance, &before, &after).await?.is_some() {
            return Ok(());
        }
    }
    Err(busy(id))
}

/// Switches an instance on or off. Token and id stay.
pub async fn set_enabled(app: &App, caller: &Caller, id: InstanceId, enabled: bool) -> Result<InstanceDetail> {
    for _ in 0..TRIES {
        let sealed = load_to_change(app, caller, id).await?;
        let mut instance = sealed.instance;
        instance.enabled = enabled;
        if let Some(changed) = save(app, instance, &Configuration::new(), &Configuration::new()).await? {
            return Ok(changed);
        }
    }
    Err(busy(id))
}

/// Deletes an instance: sealed values, token, its hash and all keys are erased in one transaction.
pub async fn remove(app: &App, caller: &Caller, id: InstanceId) -> Result<()> {
    load_to_change(app, caller, id).await?;
    erase(app, id).await
}

/// Deletes everything within a visibility, page by page, for an owner that goes.
pub(crate) async fn remove_all(app: &App, visibility: Visibility) -> Result<()> {
    let filter = InstanceFilter { visibility, account: None, connector: None, tags: &[], search: None };
    loop {
        let page = app.store.read().await?.instance_ids(&filter, 0, PageSize::default()).await?;
        for id in &page.items {
            erase(app, *id).await?;
        }
        if !page.has_more {
            return Ok(());
        }
    }
}

async fn erase(app: &App, id: InstanceId) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.store.write().await?;
    if !tx.delete_instance(id, now).await? {
        return Err(super::unknown(&id.to_string()));
    }
    tx.insert_change(id, now).await?;
    tx.commit().await?;
    app.cache.forget(id);
    Ok(())
}

fn busy(id: InstanceId) -> Error {
    Error::Conflict(format!("instance {id} is being changed by others; try again"))
}

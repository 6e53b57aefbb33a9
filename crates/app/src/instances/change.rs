//! Changing, switching and deleting an instance.

use std::sync::Arc;

use keyway_connector::Connector;
use keyway_model::{
    Caller, Configuration, Instance, InstanceId, OrganizationId, PageSize, Standing, Timestamp, Visibility,
};
use keyway_store::{InstanceFilter, SealedInstance, StoredGrant, Tx};

use super::authenticate::{Authenticated, Brought, authenticate, end, is_callers};
use super::configuration::{self, ConfigurationInput, method_of};
use super::provision::{checked_name, checked_tags, new_grant};
use super::repoint::{self, Place};
use super::{InstanceDetail, connector_of, detail, load_to_change, open_values, seal_values};
use crate::catalogue::Listed;
use crate::credentials::{Sealed, open_grant, seal_grant};
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
    /// What was brought from the provider, to authenticate the instance again.
    pub brought: Option<Brought>,
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
    let latest = moved(app, &old, &patch).await?;
    let (new, version) = (Arc::clone(&latest.connector), latest.version);
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
    let asked = patch.brought.is_some();
    let touched = asked || moves || patch.connector.is_some() || !patch.configuration.is_empty();
    let mut input = patch.configuration;
    let listed = Listed { connector: Arc::clone(&new), version, ..latest };
    input.retain(|key, _| is_callers(&listed, key));
    let after = if touched { reconfigure(&old, &new, &before, &input)? } else { before.clone() };
    let stored = app.store.read().await?.grant(id).await?;
    let relevant = moves || changes_credential(&new, &before, &after);
    // What a person has given to one connector is of no concern to another.
    let elsewhere = old.key != new.key;
    let proves = asked || elsewhere || (relevant && needs_proof(&new, &before, &after, stored.is_some())?);
    if !proves {
        return save(app, instance, &before, &after, Grant::Kept).await;
    }
    let brought = patch.brought.unwrap_or_default();
    let proven = authenticate(app, caller, &listed, after, &brought, Some(id)).await?;
    match keep(app, caller, (instance, stored), &before, &listed, &proven).await {
        Ok(kept) => {
            app.fault("exchange.finished");
            Ok(Some(kept))
        }
        Err(Unkept { error, is_same }) => {
            proven.lost(app, &listed, &error, is_same).await;
            Err(error)
        }
    }
}

/// Why a credential was not kept.
struct Unkept {
    error: Error,
    /// Whether it is of the same person as the one that the instance has.
    is_same: bool,
}

impl<E: Into<Error>> From<E> for Unkept {
    fn from(error: E) -> Self {
        Self { error: error.into(), is_same: true }
    }
}

/// Keeps a new credential. What was exchanged cannot be exchanged again, so only the write is tried again when somebody else was
/// faster.
async fn keep(
    app: &App,
    caller: &Caller,
    (mut instance, stored): (Instance, Option<StoredGrant>),
    before: &Configuration,
    listed: &Listed,
    proven: &Authenticated,
) -> std::result::Result<InstanceDetail, Unkept> {
    let id = instance.id;
    for _ in 0..TRIES {
        if let Some(kept) = reconnect(app, instance.clone(), before, listed, proven, stored.as_ref()).await? {
            return Ok(kept);
        }
        let now = load_to_change(app, caller, id).await?;
        if open_values(app, &now.instance, &now.values).await? != *before {
            break;
        }
        (instance.version, instance.enabled) = (now.instance.version, now.instance.enabled);
    }
    Err(busy(id).into())
}

/// Whether a change of what the credential depends on has to be proven. A client's secret, what is asked for and where a person comes
/// back to may change without a person; everything else of a grant that a person gave needs the person again.
fn needs_proof(connector: &Connector, before: &Configuration, after: &Configuration, has_grant: bool) -> Result<bool> {
    const QUIET: [&str; 3] = ["oauth.api.secret", "oauth.scope", "oauth.callback.url"];
    let method = method_of(connector, after)?;
    if !method.asks_a_person() || !has_grant {
        return Ok(true);
    }
    let keys = before.keys().chain(after.keys());
    let mut changed = keys.filter(|key| before.get(*key) != after.get(*key));
    Ok(!changed.all(|key| QUIET.contains(&key.as_str())))
}

/// Puts a new credential in the place of the old one, if it belongs to the same person.
async fn reconnect(
    app: &App,
    mut instance: Instance,
    before: &Configuration,
    listed: &Listed,
    proven: &Authenticated,
    stored: Option<&StoredGrant>,
) -> std::result::Result<Option<InstanceDetail>, Unkept> {
    let earlier = instance_before(app, &instance).await?;
    let held = match stored {
        Some(stored) => Some(open_grant(app, &instance, before, Some(stored)).await?),
        None => None,
    };
    let is_same_connector = earlier.connector == listed.connector.key;
    let known = held.as_ref().and_then(|held| held.subject.as_ref()).filter(|_| is_same_connector);
    let asks_a_person = method_of(&listed.connector, &proven.configuration)?.asks_a_person();
    // Who does not say who they are may be anybody.
    let is_other = |known| proven.held.subject.as_ref().map_or(asks_a_person, |found| found != known);
    if known.is_some_and(is_other) {
        let error = Error::Conflict(format!(
            "the authorization belongs to another account at {} than the one that instance {} was authenticated with; that one stays in force",
            listed.connector.name, instance.id
        ));
        return Err(Unkept { error, is_same: false });
    }
    instance.verified = proven.verified;
    let grant = match &proven.held.tokens {
        Some(_) => {
            let sealed = seal_grant(app, instance.organization, instance.uuid, &proven.held).await?;
            Grant::Replaced { sealed, proven, listed }
        }
        None => Grant::Gone { proven },
    };
    Ok(save(app, instance, before, &proven.configuration, grant).await?)
}

/// The instance as it is stored: with the connector that it has now.
async fn instance_before(app: &App, instance: &Instance) -> Result<Instance> {
    let found = app.store.read().await?.instance(instance.organization, instance.id).await?;
    found.map(|found| found.instance).ok_or_else(|| super::unknown(&instance.id.to_string()))
}

/// What becomes of an instance's tokens.
enum Grant<'a> {
    /// They stay as they are.
    Kept,
    /// Others take their place.
    Replaced { sealed: Sealed, proven: &'a Authenticated, listed: &'a Listed },
    /// The method has none.
    Gone { proven: &'a Authenticated },
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
    Ok(after)
}

fn changes_credential(connector: &Connector, before: &Configuration, after: &Configuration) -> bool {
    let credential = |key: &str| connector.methods.iter().any(|method| method.keys().contains(key));
    let relevant = |key: &String| {
        let computes = connector.fields.iter().filter_map(|field| field.computed.as_ref());
        connector.host_keys().contains(key.as_str())
            || *key == keyway_connector::AUTHENTICATION_TYPE
            || key.starts_with("oauth.")
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
    grant: Grant<'_>,
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
    write_grant(&mut tx, &instance, grant, after, now).await?;
    tx.insert_change(instance.id, now).await?;
    let kept = tx.instance(instance.organization, instance.id).await?;
    tx.commit().await?;
    app.cache.forget(instance.id);
    let kept = kept.ok_or_else(|| super::unknown(&instance.id.to_string()))?;
    detail(app, kept).await.map(Some)
}

async fn write_grant(
    tx: &mut Tx,
    instance: &Instance,
    grant: Grant<'_>,
    configuration: &Configuration,
    now: Timestamp,
) -> Result<()> {
    let proven = match grant {
        Grant::Kept => return Ok(()),
        Grant::Gone { proven } => {
            tx.delete_grant(instance.id).await?;
            proven
        }
        Grant::Replaced { sealed, proven, listed } => {
            let method = method_of(&listed.connector, configuration)?;
            let row = new_grant(&sealed, &proven.held, method, now, instance.uuid);
            if !tx.replace_grant(instance.id, &row, now).await? {
                tx.insert_grant(instance.id, &row, now).await?;
            }
            proven
        }
    };
    proven.kept(tx, instance.id, "the instance was authenticated again", now).await?;
    tx.set_standing(instance.id, Standing::Ready, now).await?;
    tx.set_trouble(instance.id, None).await?;
    Ok(())
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
        if after == before || save(app, sealed.instance, &before, &after, Grant::Kept).await?.is_some() {
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
        if let Some(changed) = save(app, instance, &Configuration::new(), &Configuration::new(), Grant::Kept).await? {
            return Ok(changed);
        }
    }
    Err(busy(id))
}

/// Deletes an instance: sealed values, token, its hash and all keys are erased in one transaction.
pub async fn remove(app: &App, caller: &Caller, id: InstanceId) -> Result<()> {
    let sealed = load_to_change(app, caller, id).await?;
    let outcome = farewell(app, &sealed).await;
    erase(app, id, outcome).await
}

/// Gives back at the provider what an instance holds; what became of it. Nothing of it keeps an instance from being deleted.
async fn farewell(app: &App, sealed: &SealedInstance) -> Option<&'static str> {
    let given = async {
        let instance = &sealed.instance;
        let listed = connector_of(app, instance).await?;
        let configuration = open_values(app, instance, &sealed.values).await?;
        let method = method_of(&listed.connector, &configuration)?;
        let stored = app.store.read().await?.grant(instance.id).await?;
        if stored.is_none() && method.on_delete.is_empty() {
            return Ok(None);
        }
        let held = open_grant(app, instance, &configuration, stored.as_ref()).await?;
        Ok::<_, Error>(Some(end(app, &listed, &configuration, &held, true).await))
    };
    given.await.unwrap_or(Some("failed"))
}

/// Deletes everything within a visibility, page by page, for an owner that goes.
pub(crate) async fn remove_all(app: &App, visibility: Visibility) -> Result<()> {
    let filter = InstanceFilter { visibility, account: None, connector: None, tags: &[], search: None };
    loop {
        let page = app.store.read().await?.instance_ids(&filter, 0, PageSize::default()).await?;
        for id in &page.items {
            let organization = app.store.read().await?.instance_organization(*id).await?;
            let sealed = match organization {
                Some(organization) => app.store.read().await?.instance(organization, *id).await?,
                None => None,
            };
            let outcome = match &sealed {
                Some(sealed) => farewell(app, sealed).await,
                None => None,
            };
            erase(app, *id, outcome).await?;
        }
        if !page.has_more {
            return Ok(());
        }
    }
}

async fn erase(app: &App, id: InstanceId, revocation: Option<&str>) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.store.write().await?;
    if !tx.delete_instance(id, now).await? {
        return Err(super::unknown(&id.to_string()));
    }
    if let Some(outcome) = revocation {
        tx.set_revocation(id, outcome).await?;
    }
    tx.insert_change(id, now).await?;
    tx.commit().await?;
    app.cache.forget(id);
    Ok(())
}

fn busy(id: InstanceId) -> Error {
    Error::Conflict(format!("instance {id} is being changed by others; try again"))
}

//! Instances kept ready: a call finds its instance by the hash of its token, without a database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use keyway_auth::{Authorizer, BaseUrl};
use keyway_connector::Connector;
use keyway_model::{AccountId, Configuration, ConnectorId, InstanceId, KeyPolicy, OrganizationId, UserId};
use keyway_store::{SealedInstance, StoredGrant};
use keyway_vault::{Context, TokenHash};
use moka::sync::Cache;

use super::redact::Redactor;
use crate::catalogue::Listed;
use crate::credentials::{Renewable, open_grant};
use crate::instances::{TOKEN_FIELD, Target, connector_of, method_of, open_values};
use crate::{App, Result};

/// How long an instance is kept ready at most: a backstop behind the change notices.
const KEPT: Duration = Duration::from_mins(5);
/// How long a checked pair of user and organization secret is believed.
const CALLER_KEPT: Duration = Duration::from_secs(5);

/// Slots that the changes of all instances are told by. Two instances in one slot only make each other be read again.
const SLOTS: usize = 4096;

/// An instance ready to be called.
#[derive(Debug)]
pub struct Snapshot {
    /// Its number.
    pub id: InstanceId,
    /// The tenant.
    pub organization: OrganizationId,
    /// Its account.
    pub account: AccountId,
    /// Its owner.
    pub user: UserId,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Its connector.
    pub connector: Arc<Connector>,
    /// Its connector's number.
    pub(crate) connector_id: ConnectorId,
    /// The version of its connector's definition.
    pub(crate) connector_version: i64,
    /// The provider's root.
    pub base: BaseUrl,
    /// Its credential.
    pub authorizer: Authorizer,
    /// The configuration entries that its connector's requests read.
    pub(crate) settings: Configuration,
    /// Whether members that are null are left out of answers (section 4, `filter.response.nulls`).
    pub(crate) without_nulls: bool,
    /// Its own limit of the provider's pages (section 4, `pagination.max`).
    pub(crate) largest_page: Option<usize>,
    /// Its connector's hub, at hand for records of calls.
    pub(crate) hub: Arc<str>,
    /// Takes its secrets out of what is written down.
    pub(crate) redactor: Redactor,
    /// The life of its tokens, where it has any.
    pub(crate) life: Option<Renewable>,
    /// Statuses by which the provider says that a token is no longer good.
    pub(crate) expired: Vec<u16>,
    /// The cache's epoch before it was read.
    epoch: u64,
}

/// What a token or key opens.
#[derive(Debug)]
pub struct Access {
    /// The instance.
    pub snapshot: Arc<Snapshot>,
    /// The key's limits; `None` for the instance's own token.
    pub policy: Option<KeyPolicy>,
}

/// Snapshots by token and by instance.
#[derive(Debug)]
pub struct SnapshotCache {
    by_token: Cache<TokenHash, Arc<Access>>,
    by_instance: Cache<InstanceId, Arc<Snapshot>>,
    callers: Cache<TokenHash, OrganizationId>,
    /// Raised by every change. What was read before a change is not believed after it, whoever holds it.
    epoch: AtomicU64,
    /// The epoch of the last change of all instances whose numbers share a slot.
    changed: Box<[AtomicU64]>,
}

impl SnapshotCache {
    pub(crate) fn new(capacity: u64) -> Self {
        Self {
            by_token: Cache::builder().max_capacity(capacity).time_to_live(KEPT).build(),
            by_instance: Cache::builder().max_capacity(capacity).time_to_live(KEPT).build(),
            callers: Cache::builder().max_capacity(10_000).time_to_live(CALLER_KEPT).build(),
            epoch: AtomicU64::new(0),
            changed: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// What a token opens, if it is at hand.
    pub(crate) fn get(&self, token: &TokenHash) -> Option<Arc<Access>> {
        self.by_token.get(token).filter(|access| self.is_current(&access.snapshot))
    }

    /// A snapshot, if it is at hand.
    pub(crate) fn snapshot(&self, id: InstanceId) -> Option<Arc<Snapshot>> {
        self.by_instance.get(&id).filter(|snapshot| self.is_current(snapshot))
    }

    /// Whether an instance has not changed since it was read.
    fn is_current(&self, snapshot: &Snapshot) -> bool {
        self.changed[slot(snapshot.id)].load(Ordering::Acquire) <= snapshot.epoch
    }

    /// The present epoch, to be taken before reading what a snapshot is made of.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Keeps what a token opens. If it has changed since it was read, it will not be believed.
    pub(crate) fn keep(&self, token: TokenHash, access: &Arc<Access>) {
        self.by_instance.insert(access.snapshot.id, Arc::clone(&access.snapshot));
        self.by_token.insert(token, Arc::clone(access));
    }

    /// Keeps a snapshot for those who ask by number.
    pub(crate) fn keep_snapshot(&self, snapshot: &Arc<Snapshot>) {
        self.by_instance.insert(snapshot.id, Arc::clone(snapshot));
    }

    /// Forgets an instance and everything that opens it.
    pub fn forget(&self, id: InstanceId) {
        // Not by way of `by_instance`: it may have let go what `by_token` still holds.
        let now = self.epoch.fetch_add(1, Ordering::AcqRel) + 1;
        self.changed[slot(id)].fetch_max(now, Ordering::AcqRel);
        self.by_instance.invalidate(&id);
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        let now = self.epoch.fetch_add(1, Ordering::AcqRel) + 1;
        for changed in &self.changed {
            changed.fetch_max(now, Ordering::AcqRel);
        }
        self.by_instance.invalidate_all();
        self.by_token.invalidate_all();
        self.forget_callers();
    }

    /// Forgets which secrets were checked.
    pub fn forget_callers(&self) {
        self.callers.invalidate_all();
    }

    pub(crate) fn caller(&self, secrets: &TokenHash) -> Option<OrganizationId> {
        self.callers.get(secrets)
    }

    pub(crate) fn keep_caller(&self, secrets: TokenHash, organization: OrganizationId) {
        self.callers.insert(secrets, organization);
    }

    /// How many instances are at hand.
    pub fn len(&self) -> u64 {
        self.by_instance.entry_count()
    }

    /// Whether none is at hand.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Snapshot {
    /// Opens what the store keeps of an instance and makes it ready. `epoch` was taken before the store was read.
    pub(crate) async fn open(app: &App, sealed: &SealedInstance, epoch: u64) -> Result<Arc<Self>> {
        let grant = app.store.read().await?.grant(sealed.instance.id).await?;
        Self::with_grant(app, sealed, grant.as_ref(), epoch).await
    }

    /// The same with the tokens that were read already.
    pub(crate) async fn with_grant(
        app: &App,
        sealed: &SealedInstance,
        grant: Option<&StoredGrant>,
        epoch: u64,
    ) -> Result<Arc<Self>> {
        let instance = &sealed.instance;
        let configuration = open_values(app, instance, &sealed.values).await?;
        let place = Context { organization: Some(instance.organization), record: instance.uuid, field: TOKEN_FIELD };
        let token = app.keyring.open_value(place, &sealed.token).await?;
        let Listed { id: connector_id, version: connector_version, connector } = connector_of(app, instance).await?;
        let method = method_of(&connector, &configuration)?;
        let held = open_grant(app, instance, &configuration, grant).await?;
        let Target { base, authorizer, settings, .. } = Target::prepare(&connector, &configuration, &held)?;
        let now = app.clock.now();
        let life =
            grant.zip(held.tokens.as_ref()).map(|(grant, tokens)| Renewable::of(sealed, grant, method, tokens, now));
        let setting = |key: &str| configuration.get(key).map(|value| value.expose().as_str());
        Ok(Arc::new(Self {
            id: instance.id,
            organization: instance.organization,
            account: instance.account,
            user: instance.user,
            enabled: instance.enabled,
            hub: connector.hub.as_str().into(),
            redactor: Redactor::of(&connector, &configuration, &token, &held),
            expired: method.expired.clone(),
            life,
            without_nulls: setting("filter.response.nulls") != Some("false"),
            largest_page: setting("pagination.max").and_then(|text| text.parse().ok()),
            connector,
            connector_id,
            connector_version,
            base,
            authorizer,
            settings,
            epoch,
        }))
    }
}

fn slot(id: InstanceId) -> usize {
    usize::try_from(id.0).unwrap_or_default() % SLOTS
}

//! Instances kept ready: a call finds its instance by the hash of its token, without a database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use keyway_auth::{Authorizer, BaseUrl};
use keyway_connector::Connector;
use keyway_model::{AccountId, InstanceId, KeyPolicy, OrganizationId, UserId};
use keyway_store::SealedInstance;
use keyway_vault::TokenHash;
use moka::sync::Cache;

use crate::instances::{Target, connector_of, open_values};
use crate::{App, Result};

/// How long an instance is kept ready at most: a backstop behind the change notices.
const KEPT: Duration = Duration::from_mins(5);
/// How long a checked pair of user and organization secret is believed.
const CALLER_KEPT: Duration = Duration::from_secs(5);

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
    /// The provider's root.
    pub base: BaseUrl,
    /// Its credential.
    pub authorizer: Authorizer,
    /// Set when it has changed since; a holder that sees this asks again.
    stale: AtomicBool,
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
    /// Raised by every change, so that what was read before a change is not kept after it.
    epoch: AtomicU64,
}

impl SnapshotCache {
    pub(crate) fn new(capacity: u64) -> Self {
        Self {
            by_token: Cache::builder().max_capacity(capacity).time_to_live(KEPT).build(),
            by_instance: Cache::builder().max_capacity(capacity).time_to_live(KEPT).build(),
            callers: Cache::builder().max_capacity(10_000).time_to_live(CALLER_KEPT).build(),
            epoch: AtomicU64::new(0),
        }
    }

    /// What a token opens, if it is at hand.
    pub(crate) fn get(&self, token: &TokenHash) -> Option<Arc<Access>> {
        self.by_token.get(token).filter(|access| !access.snapshot.stale.load(Ordering::Acquire))
    }

    /// A snapshot, if it is at hand.
    pub(crate) fn snapshot(&self, id: InstanceId) -> Option<Arc<Snapshot>> {
        self.by_instance.get(&id).filter(|snapshot| !snapshot.stale.load(Ordering::Acquire))
    }

    /// The present epoch, to be taken before reading what [`SnapshotCache::keep`] is given.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Keeps what a token opens, unless something changed since `epoch`.
    pub(crate) fn keep(&self, epoch: u64, token: TokenHash, access: &Arc<Access>) {
        self.by_instance.insert(access.snapshot.id, Arc::clone(&access.snapshot));
        self.by_token.insert(token, Arc::clone(access));
        // A change that came between the reading and here has looked for this entry too early: take it out again.
        if self.epoch() != epoch {
            access.snapshot.stale.store(true, Ordering::Release);
            self.by_token.invalidate(&token);
            self.by_instance.invalidate(&access.snapshot.id);
        }
    }

    /// Forgets an instance and everything that opens it.
    pub fn forget(&self, id: InstanceId) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        if let Some(snapshot) = self.by_instance.remove(&id) {
            snapshot.stale.store(true, Ordering::Release);
        }
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        for (_, snapshot) in &self.by_instance {
            snapshot.stale.store(true, Ordering::Release);
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
    /// Opens what the store keeps of an instance and makes it ready.
    pub(crate) async fn open(app: &App, sealed: &SealedInstance) -> Result<Arc<Self>> {
        let instance = &sealed.instance;
        let configuration = open_values(app, instance, &sealed.values).await?;
        let connector = connector_of(app, instance)?.connector;
        let Target { base, authorizer } = Target::prepare(&connector, &configuration)?;
        Ok(Arc::new(Self {
            id: instance.id,
            organization: instance.organization,
            account: instance.account,
            user: instance.user,
            enabled: instance.lifecycle == keyway_model::Lifecycle::Active,
            connector,
            base,
            authorizer,
            stale: AtomicBool::new(false),
        }))
    }
}

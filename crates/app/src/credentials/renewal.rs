//! Renewing an instance's tokens: once, by one process, and without losing what the provider answered.
//!
//! Who wants a newer token names the version it has. In this process all of them join one flight; among processes a lease with
//! a fencing number says who asks the provider. That the provider is about to be asked is recorded before; its raw answer is
//! kept, sealed, before it is read; the new tokens replace the old ones only under the same fence and version. Whoever dies in between leaves
//! a trace that the next one understands: an answer that only has to be read, or the mark of a renewal that may have
//! happened, after which the old token is tried again within the time that the provider grants.

mod asking;
mod watched;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keyway_auth::engine::{Failure, Granted};
use keyway_connector::{Connector, Method};
use keyway_model::{Configuration, InstanceId, OrganizationId, Standing, Timestamp, Trouble};
use keyway_store::{Lease, RenewalFailure, SealedInstance, StoredGrant};

use asking::Asked;
use watched::Watched;

use super::held::keep_alive_at;
use super::life::{Renewable, left_alone, over};
use super::writer::{Fail, Finish, Write};
use super::{Held, evidence, open_grant, seal_grant};
use crate::calls::{Redactor, Snapshot};
use crate::instances::{connector_of, open_values, seal_values};
use crate::{App, Error, Result};

/// How long a lease is held before it has to be extended: so long others wait when its holder dies. In seconds.
pub(super) const LEASE: i64 = 10;
/// How often it is extended.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(3);
/// How often somebody looks whether another process is done.
const LOOK: Duration = Duration::from_millis(40);
/// How long somebody waits for another process.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often a write that must not be lost is tried, and the pause between.
const TRIES: u32 = 240;
const PAUSE: Duration = Duration::from_millis(500);
/// The first pause after a failure, and the longest, in seconds.
const FIRST_RETRY: i64 = 2;
const LONGEST_RETRY: i64 = 300;

/// Renews the tokens of an instance unless somebody else has since `seen`, and they are still good.
pub(super) async fn renew(app: &App, organization: OrganizationId, id: InstanceId, seen: i64) -> Result<Arc<Snapshot>> {
    let owned = app.clone();
    let flight = move || async move {
        let current = load(&owned, organization, id).await?;
        let (version, end) = (current.1.version, current.1.expires_at);
        // What others have brought since may have ended, too, where this process has not heard of it for long.
        if version == seen || end.is_some_and(|end| end <= owned.clock.now()) {
            Box::pin(Renewal::begin(&owned, current)).await?;
        }
        let epoch = owned.cache.epoch();
        let (sealed, stored) = load(&owned, organization, id).await?;
        let snapshot = Snapshot::with_grant(&owned, &sealed, Some(&stored), epoch).await?;
        owned.cache.keep_snapshot(&snapshot);
        match snapshot.life.as_ref().and_then(Renewable::over) {
            Some(why) => Err(over(id, why)),
            None => Ok(snapshot),
        }
    };
    app.credentials.flights.join(app, id, flight).await
}

async fn load(app: &App, organization: OrganizationId, id: InstanceId) -> Result<(SealedInstance, StoredGrant)> {
    let mut tx = app.store.read().await?;
    let sealed = tx.instance(organization, id).await?.ok_or(Error::Unauthenticated)?;
    let stored = tx.grant(id).await?.ok_or_else(|| Error::internal(format!("instance {id} has no grant")))?;
    Ok((sealed, stored))
}

/// A renewal under its lease.
struct Renewal<'a> {
    app: &'a App,
    sealed: SealedInstance,
    stored: StoredGrant,
    connector: Arc<Connector>,
    configuration: Configuration,
    held: Held,
    lease: Lease,
    /// Whether an answer was kept.
    kept: AtomicBool,
}

impl<'a> Renewal<'a> {
    /// Takes the lease and renews, or waits until another process has.
    async fn begin(app: &'a App, current: (SealedInstance, StoredGrant)) -> Result<()> {
        let (mut sealed, mut stored) = current;
        let seen = stored.version;
        let (organization, id) = (sealed.instance.organization, sealed.instance.id);
        let waiting = tokio::time::Instant::now();
        let mut watched = Watched::default();
        loop {
            if stored.version != seen || sealed.instance.standing == Standing::ReconnectNeeded {
                return Ok(());
            }
            let now = app.clock.now();
            if stored.retry_at.is_some_and(|at| now < at) {
                let trouble = sealed.instance.trouble.as_ref().map(|trouble| trouble.evidence.as_str());
                return Err(left_alone(trouble));
            }
            if let Some(free) = watched.free(&stored, app.credentials.node, now) {
                let (owner, until) = (app.credentials.node, now.plus_seconds(LEASE));
                let write = Write::Begin { instance: id, version: seen, owner, now: free, until };
                if let Some(lease) = app.credentials.writer.begin(write).await? {
                    app.fault("renewal.begun");
                    return Box::pin(Self::open(app, sealed, stored, lease).await?.run()).await;
                }
            }
            if waiting.elapsed() > PATIENCE {
                return Err(Error::Unavailable("another process renews this token and does not finish".to_owned()));
            }
            tokio::time::sleep(LOOK).await;
            (sealed, stored) = load(app, organization, id).await?;
        }
    }

    async fn open(app: &'a App, sealed: SealedInstance, stored: StoredGrant, lease: Lease) -> Result<Self> {
        let connector = connector_of(app, &sealed.instance).await?.connector;
        let configuration = open_values(app, &sealed.instance, &sealed.values).await?;
        let held = open_grant(app, &sealed.instance, &configuration, Some(&stored)).await?;
        Ok(Self { app, sealed, stored, connector, configuration, held, lease, kept: AtomicBool::new(false) })
    }

    async fn run(self) -> Result<()> {
        let redactor = self.redactor();
        match Box::pin(self.ask()).await {
            Ok((granted, method)) => self.finish(granted, &method).await,
            Err(Asked::Failed(failure)) => {
                let keeps = self.keeps_attempt(&failure);
                self.fail(failure, keeps, &redactor).await
            }
            Err(Asked::Away) => {
                let failure = Failure::Unusable("the provider is away for everybody".to_owned());
                // Nothing was sent.
                let keeps = self.lease.was_interrupted;
                self.fail(failure, keeps, &redactor).await
            }
            // The store is away, or another process has the lease: nothing can be written.
            Err(Asked::Own(error @ Error::Unavailable(_))) => Err(error),
            Err(Asked::Own(error)) => {
                let failure = Failure::Unusable(error.to_string());
                let keeps = self.lease.was_interrupted;
                self.fail(failure, keeps, &redactor).await
            }
        }
    }

    /// Keeps what the renewal brought.
    async fn finish(self, granted: Granted, method: &Method) -> Result<()> {
        let app = self.app;
        let now = app.clock.now();
        let instance = &self.sealed.instance;
        let mut held = self.held.clone();
        let mut tokens = held.tokens.take().unwrap_or_default();
        tokens.0.extend(granted.tokens.0.clone());
        held.tokens = Some(tokens.clone());
        let sealed = seal_grant(app, instance.organization, instance.uuid, &held).await?;
        let finish = Finish {
            instance: instance.id,
            fence: self.lease.fence,
            version: self.stored.version,
            sealed: sealed.tokens,
            expires_at: tokens.expires_at(),
            refresh_expires_at: tokens.refresh_expires_at(),
            renew_at: keep_alive_at(method, &tokens, now, instance.uuid),
            values: seal_values(app, instance.organization, instance.uuid, &granted.captured).await?,
            now,
        };
        self.write(Write::Finish(Box::new(finish))).await?;
        app.fault("renewal.finished");
        app.cache.forget(instance.id);
        Ok(())
    }

    /// Whether the provider may have replaced the token although nobody knows, or has answered a part of what was asked.
    fn keeps_attempt(&self, failure: &Failure) -> bool {
        let later = match failure {
            Failure::Dead { .. } => return false,
            Failure::Unreachable(_) | Failure::Refused { status: 429, .. } => self.kept.load(Ordering::Relaxed),
            _ => false,
        };
        later || self.lease.was_interrupted || failure.is_uncertain()
    }

    async fn fail(self, failure: Failure, keeps_attempt: bool, redactor: &Redactor) -> Result<()> {
        let app = self.app;
        let now = app.clock.now();
        let id = self.sealed.instance.id;
        let is_over = matches!(failure, Failure::Dead { .. });
        let mut words = evidence(&failure, redactor);
        if is_over && self.lease.was_interrupted {
            words = format!("{words}; an earlier renewal was interrupted after it may have replaced the token");
        }
        let since = self.sealed.instance.trouble.as_ref().map_or(now, |trouble| trouble.since);
        let fail = Fail {
            instance: id,
            fence: self.lease.fence,
            failure: RenewalFailure { retry_at: (!is_over).then(|| self.retry_at(&failure, now)), keeps_attempt },
            is_over,
            now,
            trouble: Trouble { since, evidence: words.clone() },
        };
        self.write(Write::Fail(Box::new(fail))).await?;
        app.cache.forget(id);
        if is_over { Ok(()) } else { Err(super::failure::passing(&failure, &words)) }
    }

    /// When the provider is asked again: when it says so, or after a pause that doubles, spread by chance.
    fn retry_at(&self, failure: &Failure, now: Timestamp) -> Timestamp {
        let told = match failure {
            Failure::Refused { retry_after: Some(text), .. } => text.trim().parse::<i64>().ok(),
            _ => None,
        };
        let doubled = FIRST_RETRY.saturating_mul(1 << self.stored.failures.clamp(0, 10)).min(LONGEST_RETRY);
        let [chance] = self.app.entropy.bytes::<1>();
        let spread = doubled * i64::from(chance) / 1024;
        now.plus_seconds(told.unwrap_or(0).clamp(0, LONGEST_RETRY * 12).max(doubled + spread))
    }

    /// A write that must not be lost: it is tried as long as the store is away.
    async fn write(&self, write: Write) -> Result<()> {
        for _ in 0..TRIES {
            match self.app.credentials.writer.under_lease(write.clone()).await {
                // Where it is not written, another holder has taken over, or the instance is gone: what it wrote counts.
                Ok(_) => return Ok(()),
                Err(error) => {
                    tracing::error!(instance.id = self.sealed.instance.id.0, %error, "a renewal could not be recorded; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        Err(Error::Unavailable("the store was away while a token was renewed".to_owned()))
    }

    fn redactor(&self) -> Redactor {
        Redactor::of_held(&self.connector, &self.configuration, &self.held)
    }
}

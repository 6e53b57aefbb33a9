//! Renewing an instance's tokens: once, by one process, and without losing what the provider answered.
//!
//! Who wants a newer token names the version it has. In this process all of them join one flight; among processes a lease with
//! a fencing number says who asks the provider. That the provider is about to be asked is recorded before; its raw answer is
//! kept, sealed, before it is read; the new tokens replace the old ones only under the same fence and version. Whoever dies in between leaves
//! a trace that the next one understands: an answer that only has to be read, or the mark of a renewal that may have
//! happened, after which the old token is tried again within the time that the provider grants.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use keyway_auth::engine::{Failure, Granted, Party, Recorded, Source, Tokens, renew_at};
use keyway_connector::{Connector, Expiry, Method, Refresh, Root};
use keyway_model::{Configuration, InstanceId, OrganizationId, Secret, Standing, Timestamp, Trouble};
use keyway_store::{Lease, RenewalFailure, SealedInstance, StoredGrant};
use uuid::Uuid;

use super::held::{ANSWER_FIELD, keep_alive_at, place};
use super::writer::{Fail, Finish, Write};
use super::{Held, evidence, open_grant, seal_grant};
use crate::calls::{Redactor, Snapshot};
use crate::instances::{Target, connector_of, method_of, open_values, seal_values};
use crate::{App, Error, Result};

/// How long a lease is held before it has to be extended: so long others wait when its holder dies. In seconds.
const LEASE: i64 = 10;
const LEFT_BEHIND: Duration = Duration::from_secs(LEASE.unsigned_abs());
/// How often it is extended.
const HEARTBEAT: Duration = Duration::from_secs(3);
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

/// What a snapshot knows of the life of its tokens.
#[derive(Clone, Debug)]
pub(crate) struct Renewable {
    /// Which tokens these are.
    version: i64,
    /// From when on they are renewed before a call.
    from: Option<Timestamp>,
    /// When they end.
    end: Option<Timestamp>,
    /// Until when the provider is left alone after a failure.
    retry_at: Option<Timestamp>,
    /// Whether they can be renewed at all.
    can: bool,
    /// Why only a person can bring new ones, if it is so.
    over: Option<String>,
    /// Why the last renewal failed.
    trouble: Option<String>,
}

impl Renewable {
    pub(crate) fn of(
        sealed: &SealedInstance,
        stored: &StoredGrant,
        method: &Method,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Self {
        let expiry = method.grant.as_ref().map_or_else(Expiry::default, |grant| grant.expiry);
        let end = tokens.renewable_end();
        // Whoever began a renewal and holds no lease any more did not end it.
        let interrupted = stored.attempt_at.is_some() && stored.holder.is_none_or(|(_, until)| until <= now);
        let from = end.map(|end| renew_at(stored.updated_at, end, &expiry));
        let evidence = sealed.instance.trouble.as_ref().map(|trouble| trouble.evidence.clone());
        let is_over = sealed.instance.standing == Standing::ReconnectNeeded;
        Self {
            version: stored.version,
            from: if interrupted { Some(stored.updated_at) } else { from },
            end,
            retry_at: stored.retry_at,
            can: can_renew(method, tokens),
            over: is_over.then(|| evidence.clone().unwrap_or_else(|| "it was revoked".to_owned())),
            trouble: evidence,
        }
    }

    /// Which tokens these are.
    pub(crate) const fn version(&self) -> i64 {
        self.version
    }

    /// Whether a refusal of a call can be answered with newer tokens.
    pub(crate) const fn can_renew(&self) -> bool {
        self.can && self.over.is_none()
    }
}

fn can_renew(method: &Method, tokens: &Tokens) -> bool {
    match method.grant.as_ref().map(|grant| &grant.refresh) {
        None | Some(Refresh::Never) => false,
        Some(Refresh::Again | Refresh::Steps(_)) => true,
        Some(Refresh::Standard) => tokens.can_renew(),
    }
}

/// The error of a call whose grant is over.
pub(crate) fn over(id: InstanceId, why: &str) -> Error {
    Error::ReconnectNeeded(format!("instance {id} has to be authenticated again: {why}"))
}

/// The error of a call that does not ask again so soon after a failure.
fn left_alone(trouble: Option<&str>) -> Error {
    let why = trouble.unwrap_or("the provider was asked a moment ago");
    Error::Gateway { timeout: false, message: format!("the token cannot be renewed now: {why}") }
}

/// A snapshot whose tokens are good for a call that begins now.
pub(crate) async fn fresh(app: &App, snapshot: Arc<Snapshot>) -> Result<Arc<Snapshot>> {
    let seen = snapshot.life.as_ref().map(Renewable::version);
    let newer = renewed_if_due(app, snapshot).await?;
    // What others have brought since may have ended, too, where this process has not heard of it for long.
    let ended = |life: &Renewable| Some(life.version) != seen && life.end.is_some_and(|end| app.clock.now() >= end);
    if newer.life.as_ref().is_some_and(ended) { renewed_if_due(app, newer).await } else { Ok(newer) }
}

async fn renewed_if_due(app: &App, snapshot: Arc<Snapshot>) -> Result<Arc<Snapshot>> {
    let Some(life) = &snapshot.life else { return Ok(snapshot) };
    if let Some(why) = &life.over {
        return Err(over(snapshot.id, why));
    }
    let now = app.clock.now();
    if life.from.is_none_or(|from| now < from) {
        return Ok(snapshot);
    }
    let ended = life.end.is_some_and(|end| now >= end);
    if !life.can {
        let why = "its token has ended and the provider gave none that renews it";
        return if ended { Err(over(snapshot.id, why)) } else { Ok(snapshot) };
    }
    if life.retry_at.is_some_and(|at| now < at) {
        return if ended { Err(left_alone(life.trouble.as_deref())) } else { Ok(snapshot) };
    }
    match renewed(app, &snapshot).await {
        Ok(newer) => Ok(newer),
        // The old token is still good; the instance's health says what happened.
        Err(error) if !ended && !error.is_reconnect() => {
            tracing::debug!(instance.id = snapshot.id.0, %error, "a token could not be renewed before its end");
            Ok(snapshot)
        }
        Err(error) => Err(error),
    }
}

/// The snapshot with newer tokens, after the provider has refused those of a snapshot. `None` where newer ones would not help: there
/// are none, or the present ones were got for the same reason a moment ago.
pub(crate) async fn after_refusal(app: &App, snapshot: &Snapshot) -> Result<Option<Arc<Snapshot>>> {
    let Some(life) = snapshot.life.as_ref().filter(|life| life.can_renew()) else { return Ok(None) };
    let driven = &app.credentials.driven;
    if driven.get(&snapshot.id) == Some(life.version) {
        return Ok(None);
    }
    match renewed(app, snapshot).await {
        Ok(newer) => {
            driven.insert(snapshot.id, newer.life.as_ref().map_or(0, Renewable::version));
            Ok(Some(newer))
        }
        Err(error) if error.is_reconnect() => Err(error),
        // The provider's own refusal says more than that its token endpoint is away.
        Err(error) => {
            tracing::debug!(instance.id = snapshot.id.0, %error, "a refused token could not be renewed");
            Ok(None)
        }
    }
}

/// Renews beside a call that the provider has refused and that cannot be sent again: the next one finds newer tokens.
pub(crate) fn aside(app: &App, snapshot: &Snapshot) {
    let Some(life) = snapshot.life.as_ref().filter(|life| life.can_renew()) else { return };
    let (version, organization, id) = (life.version, snapshot.organization, snapshot.id);
    if app.credentials.driven.get(&id) == Some(version) {
        return;
    }
    let owned = app.clone();
    drop(app.control.spawn(async move {
        match renew(&owned, organization, id, version).await {
            Ok(newer) => owned.credentials.driven.insert(id, newer.life.as_ref().map_or(0, Renewable::version)),
            // The instance's health says it too.
            Err(error) => tracing::debug!(instance.id = id.0, %error, "a refused token could not be renewed"),
        }
    }));
}

/// The snapshot with newer tokens than a snapshot has.
async fn renewed(app: &App, snapshot: &Snapshot) -> Result<Arc<Snapshot>> {
    let version = snapshot.life.as_ref().map_or(0, Renewable::version);
    let (owned, organization, id) = (app.clone(), snapshot.organization, snapshot.id);
    // The store lives on the control runtime.
    let renewing = app.control.spawn(async move { renew(&owned, organization, id, version).await });
    renewing.await.map_err(Error::internal)?
}

/// Renews the tokens of an instance unless somebody else has since `seen`.
pub(super) async fn renew(app: &App, organization: OrganizationId, id: InstanceId, seen: i64) -> Result<Arc<Snapshot>> {
    let owned = app.clone();
    let flight = move || async move {
        let epoch = owned.cache.epoch();
        let current = load(&owned, organization, id).await?;
        if current.1.version == seen {
            Box::pin(Renewal::begin(&owned, current, seen)).await?;
        }
        let epoch = if owned.cache.epoch() == epoch { epoch } else { owned.cache.epoch() };
        let (sealed, stored) = load(&owned, organization, id).await?;
        let snapshot = Snapshot::with_grant(&owned, &sealed, Some(&stored), epoch).await?;
        owned.cache.keep_snapshot(&snapshot);
        match snapshot.life.as_ref().and_then(|life| life.over.as_deref()) {
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

/// The lease of another process, as this one has seen it. Clocks of processes may differ, so a lease counts as left behind when its
/// holder has not extended it for its whole length by the clock of whoever waits.
#[derive(Default)]
struct Watched(Option<((Uuid, Timestamp), tokio::time::Instant)>);

impl Watched {
    /// The time at which the lease may be taken, if it is free.
    fn free(&mut self, stored: &StoredGrant, own: Uuid, now: Timestamp) -> Option<Timestamp> {
        let Some(holder @ (owner, until)) = stored.holder else { return Some(now) };
        let since = match self.0 {
            Some((known, since)) if known == holder => since,
            _ => self.0.insert((holder, tokio::time::Instant::now())).1,
        };
        // One of this process itself was left by a flight that failed: there is one flight at a time.
        (owner == own || since.elapsed() >= LEFT_BEHIND).then(|| now.max(until))
    }
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
    async fn begin(app: &'a App, current: (SealedInstance, StoredGrant), seen: i64) -> Result<()> {
        let (mut sealed, mut stored) = current;
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
                    let renewal = Self::open(app, sealed, stored, lease).await?;
                    return Box::pin(renewal.run()).await;
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
        let held = open_grant(app, &sealed.instance, &connector, &configuration, Some(&stored)).await?;
        Ok(Self { app, sealed, stored, connector, configuration, held, lease, kept: AtomicBool::new(false) })
    }

    async fn run(self) -> Result<()> {
        let redactor = self.redactor();
        match self.ask().await {
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

    /// Asks the provider while the lease is kept alive.
    async fn ask(&self) -> std::result::Result<(Granted, Method), Asked> {
        let app = self.app;
        let method = method_of(&self.connector, &self.configuration)?.clone();
        let target = Target::prepare(&self.connector, &self.configuration, &self.held)?;
        let party = Party {
            connector: &self.connector,
            method: &method,
            settings: &target.complete,
            base: &target.base,
            client: &self.held.client,
        };
        let provider = provider(&self.connector, &method, party);
        let now = app.clock.now();
        let recorded = self.recorded().await?;
        if recorded.is_none() && app.credentials.breaker.is_open(&provider, now) {
            return Err(Asked::Away);
        }
        let had_answer = recorded.is_some();
        let mut outcome = self.obtain(party, recorded.unwrap_or_default()).await?;
        if had_answer && outcome.as_ref().is_err_and(is_unreadable) {
            // It will never be read; the provider may still take the old token.
            outcome = self.obtain(party, Recorded::default()).await?;
        }
        match &outcome {
            Err(Failure::Unreachable(error))
                if !matches!(error, keyway_egress::Error::Tls { .. } | keyway_egress::Error::Blocked { .. }) =>
            {
                app.credentials.breaker.failed(&provider, self.sealed.instance.id, now);
            }
            Err(Failure::Broken(_) | Failure::Refused { status: 500.., .. }) => {
                app.credentials.breaker.failed(&provider, self.sealed.instance.id, now);
            }
            _ => app.credentials.breaker.answered(&provider),
        }
        app.fault("renewal.answered");
        outcome.map(|granted| (granted, method)).map_err(Asked::Failed)
    }

    /// Gets tokens while the lease is kept alive.
    async fn obtain(
        &self,
        party: Party<'_>,
        recorded: Recorded,
    ) -> std::result::Result<std::result::Result<Granted, Failure>, Asked> {
        let tokens = self.held.tokens.clone().unwrap_or_default();
        let keep = |text: Secret| -> BoxFuture<'_, ()> { Box::pin(self.keep(text)) };
        let engine = self.app.engine();
        let asking = engine.obtain(party, Source::Renewal(&tokens), recorded, &keep);
        tokio::select! {
            outcome = asking => Ok(outcome),
            () = self.heartbeat() => {
                let message = "another process has taken this renewal over".to_owned();
                Err(Asked::Own(Error::Unavailable(message)))
            }
        }
    }

    /// An answer that somebody kept and could not read.
    async fn recorded(&self) -> Result<Option<Recorded>> {
        let Some(sealed) = &self.lease.answer else { return Ok(None) };
        let instance = &self.sealed.instance;
        let place = place(instance.organization, instance.uuid, ANSWER_FIELD);
        match self.app.keyring.open_value(place, sealed).await {
            Ok(text) => Ok(Recorded::parse(&text)),
            Err(error @ Error::Unavailable(_)) => Err(error),
            // It will never open; the provider may still take the old token.
            Err(error) => {
                tracing::error!(instance.id = instance.id.0, %error, "a kept answer of a provider cannot be opened");
                Ok(None)
            }
        }
    }

    /// Keeps an answer. When the store is away it goes on: the tokens are in memory, and their own write is tried for long.
    async fn keep(&self, text: Secret) {
        self.kept.store(true, Ordering::Relaxed);
        self.app.fault("renewal.received");
        let instance = &self.sealed.instance;
        let place = place(instance.organization, instance.uuid, ANSWER_FIELD);
        let kept = async {
            let sealed = self.app.keyring.seal(place, &text).await?;
            let write = Write::Keep { instance: instance.id, fence: self.lease.fence, sealed };
            self.app.credentials.writer.under_lease(write).await
        };
        if let Err(error) = kept.await {
            tracing::error!(instance.id = instance.id.0, %error, "a provider's answer could not be kept before it was read");
        }
        self.app.fault("renewal.kept");
    }

    /// Extends the lease until it is lost.
    async fn heartbeat(&self) {
        let mut held = true;
        while held {
            tokio::time::sleep(HEARTBEAT).await;
            let until = self.app.clock.now().plus_seconds(LEASE);
            let write = Write::Extend { instance: self.sealed.instance.id, fence: self.lease.fence, until };
            // A store that is away does not end the lease; only another holder does.
            held = self.app.credentials.writer.under_lease(write).await.unwrap_or(true);
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
                // Where another holder has taken over, or the instance is gone, what that one wrote counts.
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

/// Whether a failure is one of reading what was answered, or of an answer that said no.
const fn is_unreadable(failure: &Failure) -> bool {
    match failure {
        Failure::Unusable(_) | Failure::Script(_) => true,
        Failure::Refused { status, .. } => *status < 500 && *status != 429,
        _ => false,
    }
}

/// Why there is no answer.
enum Asked {
    /// The provider, or the way to it, failed.
    Failed(Failure),
    /// The provider is left alone for a while.
    Away,
    /// This side failed.
    Own(Error),
}

impl<E: Into<Error>> From<E> for Asked {
    fn from(error: E) -> Self {
        Self::Own(error.into())
    }
}

/// Where tokens of a method are renewed: what is away when it fails.
fn provider(connector: &Connector, method: &Method, party: Party<'_>) -> String {
    let step = method.grant.as_ref().and_then(|grant| grant.token.first());
    let origin = match step.map(|step| step.request.root()) {
        Some(Root::Url(origin)) => origin.clone(),
        Some(Root::Base) => party.base.origin(),
        Some(Root::Config(_) | Root::Made(_)) | None => format!("{} {}", party.base.origin(), party.client.id),
    };
    format!("{} {origin}", connector.key)
}

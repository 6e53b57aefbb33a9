//! What a call does with the life of its instance's tokens: renews them before their end, and because of a refusal.

use std::sync::Arc;

use keyway_auth::engine::{Tokens, renew_at};
use keyway_connector::{Expiry, Method, Refresh};
use keyway_model::{InstanceId, Standing, Timestamp};
use keyway_store::{SealedInstance, StoredGrant};

use super::renewal::renew;
use crate::calls::Snapshot;
use crate::{App, Error, Result};

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

    /// Why only a person can bring new ones, if it is so.
    pub(super) fn over(&self) -> Option<&str> {
        self.over.as_deref()
    }

    /// Whether a refusal of a call can be answered with newer tokens.
    pub(crate) const fn can_renew(&self) -> bool {
        self.can && self.over.is_none()
    }
}

fn can_renew(method: &Method, tokens: &Tokens) -> bool {
    let Some(grant) = &method.grant else { return false };
    match grant.refresh {
        Refresh::Never => false,
        Refresh::Again | Refresh::Steps(_) => true,
        Refresh::Standard => tokens.can_renew() || !grant.flow.needs_person(),
    }
}

/// The error of a call whose grant is over.
pub(crate) fn over(id: InstanceId, why: &str) -> Error {
    Error::ReconnectNeeded(format!("instance {id} has to be authenticated again: {why}"))
}

/// The error of a call that does not ask again so soon after a failure.
pub(super) fn left_alone(trouble: Option<&str>) -> Error {
    let why = trouble.unwrap_or("the provider was asked a moment ago");
    Error::Gateway { timeout: false, message: format!("the token cannot be renewed now: {why}") }
}

/// A snapshot whose tokens are good for a call that begins now.
pub(crate) async fn fresh(app: &App, snapshot: Arc<Snapshot>) -> Result<Arc<Snapshot>> {
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

//! What can be shown to a provider once, such as a code, on its way to an instance.
//!
//! The provider's answer is kept, sealed, before it is read, and forgotten in the transaction that keeps the instance. Whoever dies in
//! between loses nothing: who shows the same again goes on with that answer.

use std::sync::atomic::{AtomicBool, Ordering};

use keyway_auth::engine::Recorded;
use keyway_model::{AttemptId, OrganizationId, Secret};
use keyway_store::{NewExchange, Tx};
use keyway_vault::TokenHash;
use tokio::task::AbortHandle;
use uuid::Uuid;

use super::held::place;
use super::renewal::{HEARTBEAT, LEASE};
use crate::{App, Error, Result};

/// Kind of hash of what is shown.
const SHOWN: &str = "exchange";
/// Field under which an answer is sealed.
pub(crate) const EXCHANGE_FIELD: &str = "exchange";

/// An exchange that this process holds, for as long as this value lives.
pub(crate) struct Exchange {
    app: App,
    organization: OrganizationId,
    hash: TokenHash,
    uuid: Uuid,
    holder: Uuid,
    answered: AtomicBool,
    heart: AbortHandle,
}

impl Exchange {
    /// Begins to exchange what `shown` names, with what the provider has answered before. `None` where somebody else exchanges it, or
    /// where the attempt that brought it is over.
    pub(crate) async fn begin(
        app: &App,
        organization: OrganizationId,
        shown: &str,
        attempt: Option<AttemptId>,
    ) -> Result<Option<(Self, Recorded)>> {
        let hash = app.keyring.lookup().hash(SHOWN, shown);
        let (uuid, holder, now) = (app.entropy.uuid(), app.entropy.uuid(), app.clock.now());
        let new = NewExchange { hash: &hash, uuid, organization, holder, now, until: now.plus_seconds(LEASE) };
        let mut tx = app.store.write().await?;
        let claimed = match attempt {
            Some(id) => tx.claim_attempt(id, now).await?,
            None => true,
        };
        // An attempt that was taken before is gone on with only where whoever took it has left it.
        let taken = tx.begin_exchange(&new).await?.filter(|taken| claimed || taken.uuid != uuid);
        let Some(taken) = taken else { return Ok(None) };
        tx.commit().await?;
        let heart = app.control.spawn(beat(app.clone(), hash, holder)).abort_handle();
        let (app, answered) = (app.clone(), AtomicBool::new(taken.answer.is_some()));
        let exchange = Self { app, organization, hash, uuid: taken.uuid, holder, answered, heart };
        let recorded = match &taken.answer {
            Some(sealed) => exchange.recorded(sealed).await?,
            None => Recorded::default(),
        };
        Ok(Some((exchange, recorded)))
    }

    async fn recorded(&self, sealed: &[u8]) -> Result<Recorded> {
        match self.app.keyring.open_value(place(self.organization, self.uuid, EXCHANGE_FIELD), sealed).await {
            Ok(text) => Ok(Recorded::parse(&text).unwrap_or_default()),
            Err(error @ Error::Unavailable(_)) => Err(error),
            // It will never open; the provider may still take what is shown.
            Err(error) => {
                tracing::error!(%error, "a kept answer of a provider cannot be opened");
                Ok(Recorded::default())
            }
        }
    }

    /// Keeps an answer. When the store is away it goes on: what was answered is in memory.
    pub(crate) async fn keep(&self, text: Secret) {
        self.app.fault("exchange.received");
        let kept = async {
            let place = place(self.organization, self.uuid, EXCHANGE_FIELD);
            let sealed = self.app.keyring.seal(place, &text).await?;
            let mut tx = self.app.store.write().await?;
            let held = tx.keep_exchange_answer(&self.hash, self.holder, &sealed).await?;
            tx.commit().await?;
            Ok::<_, Error>(held)
        };
        match kept.await {
            Ok(held) => self.answered.store(held, Ordering::Relaxed),
            Err(error) => tracing::error!(%error, "a provider's answer could not be kept before it was read"),
        }
        self.app.fault("exchange.kept");
    }

    /// Whether an answer is kept.
    pub(crate) fn is_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    /// Ends it within the transaction that keeps what came of it.
    pub(crate) async fn end(&self, tx: &mut Tx) -> Result<()> {
        if tx.end_exchange(&self.hash, self.holder).await? {
            return Ok(());
        }
        Err(Error::Conflict(
            "another request has taken this exchange over; look whether the instance is there".to_owned(),
        ))
    }

    /// Lets it go, for whoever shows the same again.
    pub(crate) async fn let_go(&self) -> Result<()> {
        hold(&self.app, &self.hash, self.holder, 0).await.map(drop)
    }

    /// Whether another request has taken it over, which then goes on with what was answered.
    pub(crate) async fn is_taken_over(&self) -> bool {
        matches!(hold(&self.app, &self.hash, self.holder, LEASE).await, Ok(false))
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.heart.abort();
    }
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange").field("uuid", &self.uuid).finish_non_exhaustive()
    }
}

/// Holds an exchange until it is lost or the work on it is done.
async fn beat(app: App, hash: TokenHash, holder: Uuid) {
    let mut held = true;
    while held {
        tokio::time::sleep(HEARTBEAT).await;
        // A store that is away does not end it; only another holder does.
        held = hold(&app, &hash, holder, LEASE).await.unwrap_or(true);
    }
}

/// Holds an exchange for some seconds from now; whether it was held.
async fn hold(app: &App, hash: &TokenHash, holder: Uuid, seconds: i64) -> Result<bool> {
    let mut tx = app.store.write().await?;
    let held = tx.hold_exchange(hash, holder, app.clock.now().plus_seconds(seconds)).await?;
    tx.commit().await?;
    Ok(held)
}

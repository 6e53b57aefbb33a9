//! Asking the provider under a lease, and keeping what it answers before anybody reads it.

use std::sync::atomic::Ordering;

use futures_util::future::BoxFuture;
use keyway_auth::engine::{Failure, Granted, Party, Recorded, Source};
use keyway_connector::{Connector, Method, Root};
use keyway_model::Secret;

use super::super::held::{ANSWER_FIELD, place};
use super::super::writer::Write;
use super::{HEARTBEAT, LEASE, Renewal};
use crate::instances::{Target, method_of};
use crate::{Error, Result};

/// Why there is no answer.
pub(super) enum Asked {
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

impl Renewal<'_> {
    /// Asks the provider while the lease is kept alive.
    pub(super) async fn ask(&self) -> std::result::Result<(Granted, Method), Asked> {
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
        let is_away =
            |failure: &Failure| failure.is_passing() && !matches!(failure, Failure::Refused { status: 429, .. });
        if outcome.as_ref().is_err_and(is_away) {
            app.credentials.breaker.failed(&provider, self.sealed.instance.id, now);
        } else {
            app.credentials.breaker.answered(&provider);
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
}

/// Whether a failure is one of reading what was answered, or of an answer that said no.
const fn is_unreadable(failure: &Failure) -> bool {
    match failure {
        Failure::Unusable(_) | Failure::Script(_) => true,
        Failure::Refused { status, .. } => *status < 500 && *status != 429,
        _ => false,
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

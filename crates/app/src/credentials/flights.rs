//! One renewal of an instance at a time in this process: who comes while it goes on waits for what it brings.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use keyway_model::InstanceId;
use tokio::sync::watch;

use crate::calls::Snapshot;
use crate::{App, Error, Result};

/// What a renewal brought, for everybody who waited.
type Outcome = std::result::Result<Arc<Snapshot>, Arc<Error>>;

/// Renewals that are under way, by instance.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<InstanceId, watch::Receiver<Option<Outcome>>>>);

impl Flights {
    /// Joins the renewal of an instance, or begins it. It goes on when those who wait have gone: what a provider has answered must
    /// be kept.
    pub(super) async fn join<F>(&self, app: &App, id: InstanceId, renew: impl FnOnce() -> F) -> Result<Arc<Snapshot>>
    where
        F: Future<Output = Result<Arc<Snapshot>>> + Send + 'static,
    {
        let mut waiting = self.enter(app, id, renew);
        let done = waiting.wait_for(Option::is_some).await;
        match done.ok().and_then(|outcome| outcome.clone()) {
            Some(Ok(snapshot)) => Ok(snapshot),
            Some(Err(error)) => Err(Error::Shared(error)),
            None => Err(Error::internal("a renewal ended without an outcome")),
        }
    }

    fn enter<F>(&self, app: &App, id: InstanceId, renew: impl FnOnce() -> F) -> watch::Receiver<Option<Outcome>>
    where
        F: Future<Output = Result<Arc<Snapshot>>> + Send + 'static,
    {
        let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(going) = flights.get(&id) {
            return going.clone();
        }
        let (tell, told) = watch::channel(None);
        flights.insert(id, told.clone());
        let flight = renew();
        let landing = Landing { app: app.clone(), id };
        drop(app.control.spawn(async move {
            let outcome = flight.await.map_err(Arc::new);
            // Gone before it is told: who comes now begins anew and finds the newest state.
            drop(landing);
            tell.send_replace(Some(outcome));
        }));
        told
    }
}

/// Ends a flight, also one that panics.
struct Landing {
    app: App,
    id: InstanceId,
}

impl Drop for Landing {
    fn drop(&mut self) {
        let flights = &self.app.credentials.flights.0;
        flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

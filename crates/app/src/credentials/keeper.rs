//! Renewing what nobody calls: tokens that the provider would forget, and renewals that somebody could not finish.

use std::sync::Arc;
use std::time::Duration;

use keyway_model::InstanceId;
use tokio::sync::Semaphore;

use super::renewal;
use crate::{App, Result};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);
/// How many it takes at a time.
const BATCH: u16 = 256;
/// How many it renews at once.
const AT_ONCE: usize = 32;

/// Renews what is due for as long as it runs.
pub(crate) async fn keep_alive(app: App) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + EVERY, EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        // In a task of its own: a server that stops does not tear a transaction apart.
        let (app, places) = (app.clone(), Arc::clone(&places));
        let done = tokio::spawn(async move { round(&app, &places).await });
        if let Ok(Err(error)) = done.await {
            tracing::warn!(%error, "tokens that are due could not be looked up");
        }
    }
}

async fn round(app: &App, places: &Arc<Semaphore>) -> Result<()> {
    let due = app.store.read().await?.due_renewals(app.clock.now(), BATCH).await?;
    for id in due {
        let Ok(place) = Arc::clone(places).acquire_owned().await else { return Ok(()) };
        let app = app.clone();
        drop(tokio::spawn(async move {
            if let Err(error) = renew(&app, id).await {
                // The instance's health says it too.
                tracing::debug!(instance.id = id.0, %error, "a token could not be renewed");
            }
            drop(place);
        }));
    }
    Ok(())
}

async fn renew(app: &App, id: InstanceId) -> Result<()> {
    let mut tx = app.store.read().await?;
    let (organization, grant) = (tx.instance_organization(id).await?, tx.grant(id).await?);
    drop(tx);
    match (organization, grant) {
        (Some(organization), Some(grant)) => renewal::renew(app, organization, id, grant.version).await.map(drop),
        _ => Ok(()),
    }
}

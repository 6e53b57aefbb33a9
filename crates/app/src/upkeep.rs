//! What is thrown away now and then: expired sign-ins and attempts to connect, exchanges that nobody went on with, old tries, old call
//! records.

use std::time::Duration;

use keyway_model::Timestamp;

use crate::{App, Result};

/// Records of calls that are forgotten in one transaction.
const BATCH: i64 = 5_000;

/// Seconds that an attempt to connect can still be asked about when it has expired.
const ATTEMPTS_KEPT: i64 = 86_400;

/// Seconds that an answer waits for whoever shows the same again.
const EXCHANGES_KEPT: i64 = 86_400;

/// Throws away for as long as it runs.
pub(crate) async fn run(app: App) {
    let mut hourly = tokio::time::interval(Duration::from_hours(1));
    loop {
        hourly.tick().await;
        app.throttle.sweep();
        if let Err(error) = throw_away(&app).await {
            tracing::warn!(%error, "expired rows could not be removed");
        }
    }
}

async fn throw_away(app: &App) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.store.write().await?;
    tx.delete_expired_logins(now).await?;
    tx.delete_attempts_before(now.plus_seconds(-ATTEMPTS_KEPT)).await?;
    tx.delete_exchanges_before(now.plus_seconds(-EXCHANGES_KEPT)).await?;
    tx.commit().await?;
    forget_calls(app, now.plus_seconds(app.settings.call_log_days.max(0).saturating_mul(-86_400))).await
}

/// Forgets old calls batch by batch, so that nobody waits long for the write lock.
async fn forget_calls(app: &App, before: Timestamp) -> Result<()> {
    loop {
        let mut tx = app.store.write().await?;
        let gone = tx.delete_calls_before(before, BATCH).await?;
        tx.commit().await?;
        if gone < BATCH.unsigned_abs() {
            return Ok(());
        }
    }
}

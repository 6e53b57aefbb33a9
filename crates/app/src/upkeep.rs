//! What is thrown away now and then: expired sign-ins, old tries, old call records.

use std::time::Duration;

use crate::{App, Result};

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
    tx.delete_calls_before(now.plus_seconds(-86_400 * app.settings.call_log_days)).await?;
    tx.commit().await?;
    Ok(())
}

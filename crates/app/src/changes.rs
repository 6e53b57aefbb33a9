//! Learning of changes that other processes made: other nodes, and commands on the same folder.

use std::collections::BTreeMap;
use std::time::Duration;

use keyway_model::Timestamp;

use crate::App;

/// How often other processes' notices are read: the longest time that a revoked token still works on another node.
const EVERY: Duration = Duration::from_millis(250);
/// How far back each look goes, in seconds. Notices of slow transactions appear late, so looks overlap.
const WINDOW: i64 = 30;
/// How long notices are kept, in seconds.
const KEPT: i64 = 300;

/// Reads notices for as long as it runs.
pub(crate) async fn listen(app: App) {
    let mut seen = BTreeMap::new();
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut swept = app.clock.now();
    loop {
        ticks.tick().await;
        let now = app.clock.now();
        look_or_forget(&app, &mut seen, now).await;
        if now >= swept.plus_seconds(KEPT) {
            swept = now;
            sweep_or_warn(&app, now).await;
        }
    }
}

/// Who cannot learn of changes must not believe what it keeps.
async fn look_or_forget(app: &App, seen: &mut BTreeMap<i64, Timestamp>, now: Timestamp) {
    if let Err(error) = look(app, seen, now).await {
        tracing::warn!(%error, "changes of other nodes could not be read; forgetting all cached instances");
        app.cache.forget_all();
    }
}

async fn sweep_or_warn(app: &App, now: Timestamp) {
    if let Err(error) = sweep(app, now).await {
        tracing::warn!(%error, "old change notices could not be removed");
    }
}

async fn look(app: &App, seen: &mut BTreeMap<i64, Timestamp>, now: Timestamp) -> Result<(), keyway_store::Error> {
    let since = now.plus_seconds(-WINDOW);
    let notices = app.store.read().await?.changes_since(since).await?;
    for notice in notices {
        if seen.insert(notice.id, now).is_none() {
            app.cache.forget(notice.instance);
        }
    }
    seen.retain(|_, at| *at >= now.plus_seconds(-2 * WINDOW));
    Ok(())
}

async fn sweep(app: &App, now: Timestamp) -> Result<(), keyway_store::Error> {
    let mut tx = app.store.write().await?;
    tx.delete_changes_before(now.plus_seconds(-KEPT)).await?;
    tx.commit().await
}

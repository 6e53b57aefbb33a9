//! Noticing that an added folder of definitions changed. The folders are looked at every two seconds: that works on every
//! file system, network shares and mounted configuration included.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::{App, Start};

const EVERY: Duration = Duration::from_secs(2);

/// What is known of a file without reading it.
type Traces = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// Reads the definitions again whenever a file of an added folder changed, for as long as it runs.
pub(crate) async fn watch(app: App) {
    if app.settings.connectors.is_empty() {
        return std::future::pending().await;
    }
    // Nothing is known of what changed since the start read them, so the first look reads them again.
    let mut seen = None;
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let now = Some(traces(&app.settings.connectors));
        if now != seen && reload(&app).await {
            seen = now;
        }
    }
}

/// Reads the definitions again; whether that is settled until a file changes. A store that is away settles nothing.
async fn reload(app: &App) -> bool {
    let outcome = app.catalogue.reload(&app.settings, &app.store, app.clock.now()).await;
    match &outcome {
        Ok(()) => tracing::info!("connector definitions were read"),
        Err(error) => tracing::error!(%error, "connector definitions stay as they were"),
    }
    matches!(outcome, Ok(()) | Err(Start::Definition(_)))
}

/// Every file of every connector's folder.
fn traces(folders: &[PathBuf]) -> Traces {
    let entries = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let connectors = folders.iter().flat_map(|folder| entries(folder));
    let files = connectors.flat_map(|connector| entries(&connector.path()));
    let trace = |file: std::fs::DirEntry| {
        let about = std::fs::metadata(file.path()).ok()?;
        Some((file.path(), (about.modified().ok(), about.len())))
    };
    files.filter_map(trace).collect()
}

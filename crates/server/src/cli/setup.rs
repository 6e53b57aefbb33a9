//! What every command that touches the store does first.

use std::sync::Arc;

use keyway_app::App;
use keyway_config::Settings;
use keyway_model::{Entropy, SystemClock};

use super::Failure;

/// Opens the store that a server made, does some work on it, and closes it.
pub(crate) fn with_app<T>(
    settings: Settings,
    work: impl AsyncFnOnce(&App) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let app = App::open_existing(settings, Arc::new(SystemClock), Entropy::system()).await?;
        let done = work(&app).await;
        app.close().await;
        done
    })
}

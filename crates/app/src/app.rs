//! The running application: what every use-case is given.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use keyway_config::{MasterKeySource, Settings};
use keyway_connector::{DefinitionError, Moment};
use keyway_egress::{AddressPolicy, Egress, Limits};
use keyway_model::{Clock, Entropy};
use keyway_script::{Sandbox, SandboxOptions};
use keyway_store::Store;
use thiserror::Error;

use crate::call_log::CallLog;
use crate::calls::SnapshotCache;
use crate::catalogue::Catalogue;
use crate::credentials::{Credentials, Writer, keep_alive};
use crate::keyring::{Keyring, VaultError};
use crate::metrics::Metrics;
use crate::passwords::Passwords;
use crate::throttle::Throttle;
use crate::{bootstrap, changes};

/// Everything that use-cases need; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts, reached through [`App`].
pub struct Parts {
    /// Settings as the operator gave them.
    pub settings: Settings,
    /// The database.
    pub store: Store,
    /// Seals and opens.
    pub keyring: Keyring,
    /// All connectors.
    pub catalogue: Catalogue,
    /// The way out for use-cases; the data path has one for each core.
    pub egress: Egress,
    /// What addresses may be reached.
    pub policy: Arc<AddressPolicy>,
    /// Instances kept ready for calls.
    pub cache: SnapshotCache,
    /// Where calls are recorded.
    pub call_log: CallLog,
    /// What is counted.
    pub metrics: Metrics,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives random bytes.
    pub entropy: Entropy,
    /// The runtime that the store lives on.
    pub control: tokio::runtime::Handle,
    /// What renewing tokens needs.
    pub(crate) credentials: Credentials,
    pub(crate) throttle: Throttle,
    pub(crate) passwords: Passwords,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

/// Why the application cannot start. Every message is one line.
#[derive(Debug, Error)]
pub enum Start {
    /// The data folder cannot be used.
    #[error("the data folder {} cannot be used: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// There is no store where a command needs one.
    #[error("there is no store in {}; start the server once, or name its folder with --data", .0.display())]
    NoStore(PathBuf),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] keyway_store::Error),
    /// The vault cannot be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A connector definition is wrong.
    #[error("connector definition {0}")]
    Definition(#[from] DefinitionError),
    /// A use-case that the start needs failed.
    #[error(transparent)]
    App(#[from] crate::Error),
}

impl App {
    /// Opens store, vault and catalogue, making them where this is the first start. Returns whether it was.
    pub async fn open(settings: Settings, clock: Arc<dyn Clock>, entropy: Entropy) -> Result<(Self, bool), Start> {
        let folder = settings.data.clone();
        std::fs::create_dir_all(&folder).map_err(|source| Start::Folder { folder, source })?;
        let store = open_store(&settings).await?;
        let source = MasterKeySource::of(&settings);
        let first = match bootstrap::first_start(&store, &settings, &source, &entropy, &clock).await {
            // Another node made everything at the same moment; what it made is there now.
            Err(VaultError::Store(keyway_store::Error::Conflict)) => false,
            done => done?,
        };
        Ok((Self::assemble(settings, store, source, clock, entropy).await?, first))
    }

    /// Opens what a server made before; never makes anything.
    pub async fn open_existing(settings: Settings, clock: Arc<dyn Clock>, entropy: Entropy) -> Result<Self, Start> {
        let missing = settings.database_url().is_none() && !store_file(&settings).is_file();
        if missing {
            return Err(Start::NoStore(settings.data));
        }
        let store = open_store(&settings).await?;
        if store.read().await?.vault_state().await?.is_none() {
            return Err(Start::NoStore(settings.data));
        }
        let source = MasterKeySource::of(&settings);
        Self::assemble(settings, store, source, clock, entropy).await
    }

    async fn assemble(
        settings: Settings,
        store: Store,
        source: MasterKeySource,
        clock: Arc<dyn Clock>,
        entropy: Entropy,
    ) -> Result<Self, Start> {
        let keyring = Keyring::open(store.clone(), source, entropy.clone(), Arc::clone(&clock)).await?;
        let catalogue = Catalogue::load(&settings, &store, clock.now()).await?;
        let policy = Arc::new(AddressPolicy::allowing(settings.egress_allow.clone()));
        let egress = Egress::new(Arc::clone(&policy), limits(&settings));
        let parts = Parts {
            cache: SnapshotCache::new(settings.cached_instances),
            call_log: CallLog::default(),
            metrics: Metrics::new(clock.now()),
            credentials: Credentials::new(sandbox(&settings), Writer::new(store.clone()), entropy.uuid()),
            throttle: Throttle::per_minute(settings.sign_in_failures),
            passwords: Passwords::new(entropy.clone()),
            control: tokio::runtime::Handle::current(),
            settings,
            store,
            keyring,
            catalogue,
            egress,
            policy,
            clock,
            entropy,
        };
        Ok(Self(Arc::new(parts)))
    }

    /// Runs what goes on beside the calls, the log writer and the listener for changes, until `stopped`; the log writer
    /// finishes what it has begun.
    pub async fn run_background(self, stopped: impl Future<Output = ()>) {
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let beside = async {
            tokio::join!(
                changes::listen(self.clone()),
                crate::upkeep::run(self.clone()),
                crate::catalogue::watch(self.clone()),
                keep_alive(self.clone()),
            )
        };
        let until_stopped = async {
            tokio::select! {
                _ = beside => {}
                () = stopped => {}
            }
            stop.send_replace(true);
        };
        tokio::join!(crate::call_log::write(self.clone(), stopping), until_stopped);
    }

    /// The time and chance of one request.
    pub(crate) fn moment(&self) -> Moment {
        Moment { now: self.clock.now(), random: self.entropy.bytes() }
    }

    /// A way out with a pool of connections of its own.
    pub fn new_egress(&self) -> Egress {
        Egress::new(Arc::clone(&self.policy), limits(&self.settings))
    }

    /// Writes what is still in the log queue and closes the store.
    pub async fn close(&self) {
        crate::call_log::flush(self).await;
        self.store.close().await;
    }
}

async fn open_store(settings: &Settings) -> Result<Store, Start> {
    match settings.database_url() {
        Some(url) => Ok(Store::open_postgres(url).await?),
        None => Ok(Store::open_sqlite(&store_file(settings)).await?),
    }
}

/// Where JavaScript runs: processes of this very program that may do nothing but compute.
fn sandbox(settings: &Settings) -> Sandbox {
    let program = std::env::current_exe().unwrap_or_else(|_| "keyway".into());
    let options = SandboxOptions::new(program, vec!["js-worker".to_owned()]);
    Sandbox::new(SandboxOptions {
        workers: settings.script_workers,
        in_process: settings.scripts_in_process,
        ..options
    })
}

fn store_file(settings: &Settings) -> PathBuf {
    settings.data.join("keyway.db")
}

fn limits(settings: &Settings) -> Limits {
    Limits {
        connect: Duration::from_secs(settings.connect_timeout),
        first_byte: Duration::from_secs(settings.first_byte_timeout),
        idle: Duration::from_secs(settings.idle_timeout),
    }
}

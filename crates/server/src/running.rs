//! A running server: one control runtime for everything that needs the store, one runtime for each core's calls.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use keyway_api::Api;
use keyway_app::{App, Start};
use keyway_config::Settings;
use keyway_model::{Clock, Entropy};
use thiserror::Error;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{oneshot, watch};

use crate::metrics_page;
use crate::serve::{core, listen, tls};

/// Why the server cannot start. Every message is one line.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        reason: String,
    },
    /// The certificate or its key cannot be used.
    #[error("TLS: {} cannot be used: {reason}", file.display())]
    Tls {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// Threads or runtimes cannot be made.
    #[error("the operating system refused a thread: {0}")]
    System(#[from] std::io::Error),
    /// The application cannot start.
    #[error(transparent)]
    Start(#[from] Start),
}

/// A server that serves.
#[derive(Debug)]
pub struct Running {
    /// The address that it listens on.
    pub address: SocketAddr,
    /// Whether this was the first start on its store.
    pub first_start: bool,
    /// The application, for those who share the process.
    pub app: App,
    control: Runtime,
    stop: watch::Sender<bool>,
    cores: Vec<JoinHandle<()>>,
    background: tokio::task::JoinHandle<()>,
    end_background: oneshot::Sender<()>,
    grace: Duration,
}

/// Starts a server and returns once it accepts connections.
pub fn start(settings: Settings, clock: Arc<dyn Clock>, entropy: Entropy) -> Result<Running, ServeError> {
    let tls = settings.tls().map(|(cert, key)| tls::acceptor(cert, key)).transpose()?;
    let workers = match settings.workers {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        workers => workers,
    };
    let grace = Duration::from_secs(settings.shutdown_grace);
    let control =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("control").enable_all().build()?;
    // The port is taken before the store is opened, so that a second start does not touch anything.
    let (address, listeners) = listen::bind(settings.listen, workers)?;
    let metrics = settings.metrics_listen().map(|address| listen::bind(address, 1)).transpose()?;
    let mut settings = settings;
    settings.listen = address;
    let (app, first_start) = control.block_on(App::open(settings, clock, entropy))?;
    let (end_background, ended) = oneshot::channel();
    let background = control.spawn(app.clone().run_background(async { drop(ended.await) }));
    if let Some((_, listeners)) = metrics {
        control.spawn(metrics_page::serve(app.clone(), listeners));
    }
    let (stop, stopping) = watch::channel(false);
    let api = Api::new(app.clone());
    let spawn = |(index, listener)| {
        let core = core::Core { api: api.clone(), tls: tls.clone(), stopping: stopping.clone(), grace };
        std::thread::Builder::new().name(format!("core-{index}")).spawn(move || core.run(listener))
    };
    let cores = listeners.into_iter().enumerate().map(spawn).collect::<Result<Vec<_>, _>>()?;
    Ok(Running { address, first_start, app, control, stop, cores, background, end_background, grace })
}

/// The signals that tell the process to stop.
#[derive(Debug)]
pub struct StopSignals {
    runtime: Runtime,
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Catches them from here on, so that one that comes during the start is not lost and still leads to a good end.
    pub fn catch() -> Result<Self, std::io::Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let entered = runtime.enter();
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        drop(entered);
        Ok(Self { runtime, terminate, interrupt })
    }

    /// Waits for one of them.
    pub fn wait(mut self) {
        self.runtime.block_on(async {
            tokio::select! {
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
            }
        });
    }
}

impl Running {
    /// Stops: no new connections, running calls finish within the grace, the log is written, the store closed.
    pub fn stop(self) {
        self.stop.send_replace(true);
        for core in self.cores {
            // A core that panicked has nothing left to finish.
            drop(core.join());
        }
        // What runs beside the calls ends before the store goes.
        drop(self.end_background);
        self.control.block_on(async {
            drop(self.background.await);
            self.app.close().await;
        });
        self.control.shutdown_timeout(self.grace.min(Duration::from_secs(5)));
    }
}

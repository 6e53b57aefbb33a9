//! One core: its listener, its connections, its way out. Nothing here is shared with another core but the application.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use keyway_api::Api;
use keyway_egress::Egress;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// How long a caller may take for its TLS handshake, and for the head of a request.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause after a failed accept: the process is out of files, and trying at once would only burn the core.
const BREATH: Duration = Duration::from_millis(50);

/// What a core needs.
pub(crate) struct Core {
    pub(crate) api: Api,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) grace: Duration,
}

impl Core {
    /// Serves until told to stop, then lets running calls finish.
    pub(crate) fn run(self, listener: TcpListener) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Err(error) = runtime.and_then(|runtime| runtime.block_on(self.accept(listener))) {
            tracing::error!(%error, "a core has no runtime or no listener");
        }
    }

    async fn accept(mut self, listener: TcpListener) -> std::io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let graceful = GracefulShutdown::new();
        self.accept_until_stopped(&listener, &graceful).await;
        drop(listener);
        if tokio::time::timeout(self.grace, graceful.shutdown()).await.is_err() {
            tracing::warn!("calls that ran longer than the shutdown grace were cut off");
        }
        Ok(())
    }

    async fn accept_until_stopped(&mut self, listener: &tokio::net::TcpListener, graceful: &GracefulShutdown) {
        let egress = self.api.new_egress();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = self.stopping.wait_for(|stop| *stop) => return,
            };
            match accepted {
                Ok((stream, peer)) => self.serve(stream, peer, &egress, graceful),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(BREATH).await;
                }
            }
        }
    }

    fn serve(&self, stream: TcpStream, peer: SocketAddr, egress: &Egress, graceful: &GracefulShutdown) {
        // Answers are often smaller than a packet; waiting to fill one would cost more than it saves.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let watcher = graceful.watcher();
        let (api, egress) = (self.api.clone(), egress.clone());
        match self.tls.clone() {
            None => drop(tokio::spawn(connection(api, egress, stream, peer, watcher))),
            Some(tls) => drop(tokio::spawn(async move {
                // A handshake that fails is the caller's affair; there is no connection to serve.
                if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, tls.accept(stream)).await {
                    connection(api, egress, stream, peer, watcher).await;
                }
            })),
        }
    }
}

/// Serves one connection to its end.
async fn connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    api: Api,
    egress: Egress,
    stream: S,
    peer: SocketAddr,
    watcher: Watcher,
) {
    let service = service_fn(|request| {
        let (api, egress) = (api.clone(), egress.clone());
        async move { Ok::<_, Infallible>(api.handle(&egress, request, peer).await) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE).pipeline_flush(true);
    builder.http2().timer(TokioTimer::new());
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke");
    }
}

//! Resolves, checks and connects: the guarded bottom of the client.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;

use crate::{AddressPolicy, Error, Stage};

/// Opens TCP connections to permitted addresses only.
#[derive(Clone, Debug)]
pub(crate) struct GuardedConnector {
    pub(crate) policy: Arc<AddressPolicy>,
}

impl Service<Uri> for GuardedConnector {
    type Response = TokioIo<TcpStream>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let policy = Arc::clone(&self.policy);
        Box::pin(async move { connect(&policy, &uri).await.map(TokioIo::new) })
    }
}

async fn connect(policy: &AddressPolicy, uri: &Uri) -> Result<TcpStream, Error> {
    let host = uri.host().unwrap_or_default();
    let port = uri.port_u16().unwrap_or_else(|| if uri.scheme_str() == Some("https") { 443 } else { 80 });
    let mut last = Error::Resolve { host: host.to_owned() };
    for address in resolve(host, port).await? {
        // Checked on the very address that is connected to, so nothing can change in between.
        if !policy.permits(address.ip()) {
            last = Error::Blocked { host: host.to_owned(), address: address.ip() };
            continue;
        }
        match TcpStream::connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true).map_err(|error| refused(host, &error))?;
                return Ok(stream);
            }
            Err(error) => last = refused(host, &error),
        }
    }
    Err(last)
}

async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Error> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let found = tokio::net::lookup_host((bare, port)).await;
    found.map(Iterator::collect).map_err(|_| Error::Resolve { host: host.to_owned() })
}

fn refused(host: &str, error: &std::io::Error) -> Error {
    Error::Connect { host: host.to_owned(), reason: error.to_string() }
}

/// Gives another connector, TLS included, only so much time.
#[derive(Clone, Debug)]
pub(crate) struct Deadline<C> {
    pub(crate) inner: C,
    pub(crate) limit: Duration,
}

impl<C> Service<Uri> for Deadline<C>
where
    C: Service<Uri>,
    C::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    C::Future: Send + 'static,
{
    type Response = C::Response;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.inner.call(uri);
        let limit = self.limit;
        Box::pin(async move {
            match tokio::time::timeout(limit, connecting).await {
                Ok(done) => done.map_err(Into::into),
                Err(_) => Err(Error::Timeout(Stage::Connect).into()),
            }
        })
    }
}

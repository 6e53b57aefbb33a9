//! Pools of connections that are made alike: the same address policy, the same TLS.

use std::sync::Arc;
use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;

use crate::connector::{Deadline, GuardedConnector};
use crate::{AddressPolicy, Body, is_upgrade};

/// The clients whose connections may take each other's place.
#[derive(Debug)]
pub(crate) struct Pools {
    any: HttpClient,
    /// For WebSocket, which begins with HTTP/1.1 although the provider may prefer HTTP/2.
    upgrading: HttpClient,
}

type HttpClient = Client<Deadline<HttpsConnector<GuardedConnector>>, Body>;

impl Pools {
    /// Pools without connections.
    pub(crate) fn new(tls: &ClientConfig, policy: Arc<AddressPolicy>, connect: Duration) -> Self {
        let builder = || HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http();
        let guarded = GuardedConnector { policy };
        let any = builder().enable_all_versions().wrap_connector(guarded.clone());
        let first = builder().enable_http1().wrap_connector(guarded);
        let client = |https| {
            Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(Duration::from_mins(1))
                .build(Deadline { inner: https, limit: connect })
        };
        Self { any: client(any), upgrading: client(first) }
    }

    /// Sends a request over the right kind of connection.
    pub(crate) fn request(&self, request: http::Request<Body>) -> ResponseFuture {
        let client = if is_upgrade(request.headers()) { &self.upgrading } else { &self.any };
        client.request(request)
    }
}

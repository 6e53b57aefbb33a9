//! The client that sends what others have prepared.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::connector::{Deadline, GuardedConnector};
use crate::deadline::{Progress, first_byte};
use crate::{AddressPolicy, Body, Error, is_upgrade, roots};

/// How long each stage may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// To connect, TLS included.
    pub connect: Duration,
    /// From the last piece of the request to the head of the answer.
    pub first_byte: Duration,
    /// Without a piece of a body.
    pub idle: Duration,
}

/// The way out. Each runtime has its own, so connections are never shared between cores.
#[derive(Clone, Debug)]
pub struct Egress {
    client: HttpClient,
    /// For WebSocket, which begins with HTTP/1.1 although the provider may prefer HTTP/2.
    upgrading: HttpClient,
    limits: Limits,
}

type HttpClient = Client<Deadline<HttpsConnector<GuardedConnector>>, Body>;

impl Egress {
    /// Makes a client with its own pool of connections.
    pub fn new(policy: Arc<AddressPolicy>, limits: Limits) -> Self {
        let builder = || HttpsConnectorBuilder::new().with_tls_config(roots::default_config()).https_or_http();
        let guarded = GuardedConnector { policy };
        let any = builder().enable_all_versions().wrap_connector(guarded.clone());
        let first = builder().enable_http1().wrap_connector(guarded);
        let client = |https| {
            Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(Duration::from_mins(1))
                .build(Deadline { inner: https, limit: limits.connect })
        };
        Self { client: client(any), upgrading: client(first), limits }
    }

    /// Sends a request whose URI is absolute and returns the answer as soon as its head is there.
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, Error> {
        let progress = (!request.body().is_end_stream()).then(Progress::default);
        let request = match &progress {
            Some(progress) => request.map(|body| body.reporting(progress.clone())),
            None => request,
        };
        // A URI shares its text, so keeping one costs no copy.
        let uri = request.uri().clone();
        let client = if is_upgrade(request.headers()) { &self.upgrading } else { &self.client };
        let answer = client.request(request);
        first_byte(self.limits.first_byte, progress.as_ref(), answer)
            .await?
            .map_err(|error| Error::from_client(&error, uri.host().unwrap_or_default()))
    }

    /// The limits that bodies are given.
    pub const fn limits(&self) -> Limits {
        self.limits
    }
}

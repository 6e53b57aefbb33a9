//! The client that sends what others have prepared.

use std::sync::Arc;
use std::time::Duration;

use http::uri::Scheme;
use http::{Request, Response};
use http_body::Body as _;
use hyper::body::Incoming;
use moka::sync::Cache;

use crate::deadline::{Progress, first_byte};
use crate::pools::Pools;
use crate::tls_profile::Digest;
use crate::{AddressPolicy, Body, Error, TlsProfile, roots};

/// Most profiles whose connections are kept, and how long without a call.
const PROFILES: u64 = 1_000;
const UNUSED: Duration = Duration::from_mins(10);

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
    pools: Arc<Pools>,
    /// Whether TLS was asked for in particular, so that nothing may go without.
    tls_only: bool,
    limits: Limits,
    policy: Arc<AddressPolicy>,
    /// The pools of profiles, so that one call can use the connection of the last.
    profiles: Cache<Digest, Arc<Pools>>,
}

impl Egress {
    /// Makes a client with its own pool of connections.
    pub fn new(policy: Arc<AddressPolicy>, limits: Limits) -> Self {
        let pools = Pools::new(&roots::default_config(), Arc::clone(&policy), limits.connect);
        let profiles = Cache::builder().max_capacity(PROFILES).time_to_idle(UNUSED).build();
        Self { pools: Arc::new(pools), tls_only: false, limits, policy, profiles }
    }

    /// The same way out with TLS as a profile says. Its connections carry nobody else's calls, and it refuses URLs without
    /// TLS: a provider that is to prove itself, or to be shown a certificate, must not be called in the clear.
    #[must_use]
    pub fn with_profile(&self, profile: &Arc<TlsProfile>) -> Self {
        let make = || Arc::new(Pools::new(profile.config(), Arc::clone(&self.policy), self.limits.connect));
        let pools = self.profiles.get_with(profile.digest(), make);
        Self { pools, tls_only: true, ..self.clone() }
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
        let host = uri.host().unwrap_or_default();
        if self.tls_only && uri.scheme() != Some(&Scheme::HTTPS) {
            return Err(Error::Tls { host: host.to_owned(), reason: "the URL does not begin with https".to_owned() });
        }
        let answer = self.pools.request(request);
        first_byte(self.limits.first_byte, progress.as_ref(), answer)
            .await?
            .map_err(|error| Error::from_client(&error, host))
    }

    /// The limits that bodies are given.
    pub const fn limits(&self) -> Limits {
        self.limits
    }
}

//! The hub API: one uniform resource API over every provider (section 6). A resource of the connector is found, the call
//! is mapped to the provider's request, and the answer is unwrapped, filtered and paged.

mod answer;
mod chain;
mod exchange;
mod failure;
mod file;
mod generic;
mod input;
mod list;
mod multipart;

use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, Method, Request};
use hyper::body::Incoming;
use keyway_connector::{Found, Verb};
use keyway_egress::Egress;

use super::cache::Snapshot;
use super::path;
use crate::{App, Error, Result};

pub use answer::HubAnswer;
pub(crate) use exchange::Exchange;

/// A call of a resource.
#[derive(Clone, Debug)]
pub struct HubCall {
    /// The caller's method.
    pub method: Method,
    /// The resource's path as the caller encoded it, such as `/accounts/7`.
    pub path: String,
}

/// What a path means to an instance's connector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A resource, or one of the paths that every connector has, answers to it.
    Answered,
    /// The path is known, but not with this method.
    OtherMethod,
    /// Nothing of the connector has this path.
    Unknown,
}

impl HubCall {
    /// What this call means to an instance's connector.
    pub fn meaning(&self, snapshot: &Snapshot) -> Meaning {
        let resources = &snapshot.connector.resources;
        let generic = generic::is_generic(&self.path);
        if resources.find(self.method.as_str(), &self.path).is_some() || (generic && self.method == Method::GET) {
            Meaning::Answered
        } else if resources.knows(&self.path) || generic {
            Meaning::OtherMethod
        } else {
            Meaning::Unknown
        }
    }

    /// Whether the provider is asked for the answer.
    pub(crate) fn asks_provider(&self, snapshot: &Snapshot) -> bool {
        let found = snapshot.connector.resources.find(self.method.as_str(), &self.path).is_some();
        found || self.path.trim_matches('/') == "ping"
    }

    /// Makes the call. `exchange` counts what was sent to the provider.
    pub(crate) async fn answer(
        &self,
        app: &App,
        egress: &Egress,
        snapshot: &Arc<Snapshot>,
        request: Request<Incoming>,
        attempts: &mut i32,
    ) -> Result<HubAnswer> {
        path::check(&self.path)?;
        let (parts, body) = request.into_parts();
        let mut exchange = Exchange::new(app, egress, snapshot, &parts.headers, attempts);
        let Some(found) = snapshot.connector.resources.find(self.method.as_str(), &self.path) else {
            return generic::answer(app, &mut exchange, self, &parts).await;
        };
        check_enabled(snapshot)?;
        match found.operation.verb {
            Verb::List => list::answer(&mut exchange, Asking::new(&found, &parts)).await,
            Verb::Download => file::download(&mut exchange, &found, &parts).await,
            Verb::Upload => file::upload(app, &mut exchange, &found, &parts, body).await,
            _ => chain::answer(app, &mut exchange, &found, &parts, body).await,
        }
    }
}

/// Section 11: calls of a disabled instance are refused; what its connector offers may still be read.
fn check_enabled(snapshot: &Snapshot) -> Result<()> {
    if snapshot.enabled {
        return Ok(());
    }
    Err(Error::Forbidden(format!("instance {} is disabled", snapshot.id)))
}

/// What a caller's request holds besides its body.
#[derive(Clone, Copy, Debug)]
struct Asking<'a> {
    found: &'a Found<'a>,
    headers: &'a HeaderMap,
    query: Option<&'a str>,
}

impl<'a> Asking<'a> {
    fn new(found: &'a Found<'a>, parts: &'a Parts) -> Self {
        Self { found, headers: &parts.headers, query: parts.uri.query() }
    }
}

//! One exchange with the provider: the rendered request goes out, safe ones again where the provider asks for patience,
//! and what comes back is read whole or left to stream.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use keyway_auth::outgoing::{self, Destination};
use keyway_connector::{Moment, Rendered, Request};
use keyway_egress::{Body, Egress};

use super::super::cache::Snapshot;
use crate::{App, Error, Result, credentials};

/// How much of an answer is read where it is not streamed.
const MAX_ANSWER: usize = 32 * 1024 * 1024;
/// How often a safe request is sent at most.
const MOST_TRIES: u32 = 3;
/// Longest wait that a provider may ask for before a safe request is sent again; a longer one is the caller's.
const PATIENCE: u64 = 10;
/// All waits of one call together.
const MOST_PATIENCE: Duration = Duration::from_secs(20);
/// Wait before a safe request is sent again where the provider does not say how long.
const PAUSE: Duration = Duration::from_millis(250);

/// Headers of the caller that reach the provider.
const PASSED: [HeaderName; 7] = [
    header::ACCEPT_LANGUAGE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_UNMODIFIED_SINCE,
    header::USER_AGENT,
    HeaderName::from_static("idempotency-key"),
];

/// What exchanges with one instance's provider need.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    app: &'a App,
    /// The instance with newer tokens than it had when the call arrived.
    renewed: Option<Arc<Snapshot>>,
    pub(super) egress: &'a Egress,
    pub(super) snapshot: &'a Snapshot,
    /// When the call arrived, and chance.
    pub(super) moment: Moment,
    caller: &'a HeaderMap,
    attempts: &'a mut i32,
    /// How long this call may still wait because the provider asks for it.
    patience: Duration,
}

/// A provider's answer that was read whole.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The path that was asked, below its root.
    pub(super) path: String,
}

/// What is sent besides what the definition says.
#[derive(Debug, Default)]
pub(super) struct More {
    /// Query parameters; the definition's win.
    pub(super) query: Vec<(String, String)>,
    /// Path and query instead of the definition's.
    pub(super) link: Option<String>,
    /// What the provider shall answer with; JSON where absent.
    pub(super) accept: Option<&'static str>,
    /// Whether the caller's conditions stay here: they are about another page.
    pub(super) unconditional: bool,
    /// A further header of the caller that passes.
    pub(super) passed: Option<HeaderName>,
}

/// A body to be sent.
#[derive(Debug)]
pub(super) enum Outgoing {
    None,
    /// At hand, so that it can be sent again.
    Bytes(Bytes, String),
    /// Streams; the media type is the caller's or one of our own.
    Stream(Body, Option<HeaderValue>),
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        app: &'a App,
        egress: &'a Egress,
        snapshot: &'a Snapshot,
        caller: &'a HeaderMap,
        attempts: &'a mut i32,
    ) -> Self {
        let moment = app.moment();
        Self { app, renewed: None, egress, snapshot, moment, caller, attempts, patience: MOST_PATIENCE }
    }

    /// The same exchange for a caller who sends other headers.
    pub(super) fn with_headers<'b>(&'b mut self, caller: &'b HeaderMap) -> Exchange<'b> {
        Exchange {
            app: self.app,
            renewed: self.renewed.clone(),
            egress: self.egress,
            snapshot: self.snapshot,
            moment: self.moment,
            caller,
            attempts: self.attempts,
            patience: self.patience,
        }
    }

    /// Where requests go.
    pub(super) fn destination(&self) -> Destination<'_> {
        let Snapshot { base, settings, authorizer, .. } = self.current();
        Destination { base, settings, authorizer }
    }

    /// The instance with the newest tokens that are known here.
    fn current(&self) -> &Snapshot {
        self.renewed.as_deref().unwrap_or(self.snapshot)
    }

    /// Gets newer tokens where a status says that the present ones are no longer good; whether to try again with them.
    pub(super) async fn renew_after(&mut self, status: u16) -> Result<bool> {
        if self.renewed.is_some() || !self.snapshot.expired.contains(&status) {
            return Ok(false);
        }
        self.renewed = credentials::after_refusal(self.app, self.snapshot).await?;
        Ok(self.renewed.is_some())
    }

    /// Sends a request and reads the whole answer.
    pub(super) async fn fetch(
        &mut self,
        plan: &Request,
        rendered: &Rendered,
        more: &More,
        body: Outgoing,
    ) -> Result<Reply> {
        let answer = self.send(plan, rendered, more, body).await?;
        let (parts, body) = answer.into_parts();
        let body = self.read(body).await?;
        let path = more.link.as_ref().unwrap_or(&rendered.path).split('?').next().unwrap_or_default().to_owned();
        Ok(Reply { status: parts.status, headers: parts.headers, body, path })
    }

    /// Reads a whole answer, up to a limit.
    pub(super) async fn read(&self, body: Incoming) -> Result<Bytes> {
        let body = Limited::new(Body::stream(body, self.egress.limits().idle), MAX_ANSWER);
        // An answer that trickles is no answer; what streams through has no such limit.
        let limit = self.egress.limits().first_byte;
        let Ok(read) = tokio::time::timeout(limit, body.collect()).await else {
            let message = "the provider did not finish its answer in time".to_owned();
            return Err(Error::Gateway { timeout: true, message });
        };
        let read = read.map_err(|error| {
            let message = if error.is::<LengthLimitError>() {
                "the provider's answer is larger than 32 MiB".to_owned()
            } else {
                format!("the provider's answer broke off: {error}")
            };
            Error::Gateway { timeout: false, message }
        })?;
        Ok(read.to_bytes())
    }

    /// Sends a request; the answer's body is still to come.
    pub(super) async fn send(
        &mut self,
        plan: &Request,
        rendered: &Rendered,
        more: &More,
        mut body: Outgoing,
    ) -> Result<Response<Incoming>> {
        let safe = plan.method() == Method::GET && !matches!(body, Outgoing::Stream(..));
        let at_hand = !matches!(body, Outgoing::Stream(..));
        let mut tried = 0;
        loop {
            let again = match &body {
                Outgoing::None => Outgoing::None,
                Outgoing::Bytes(bytes, kind) => Outgoing::Bytes(bytes.clone(), kind.clone()),
                Outgoing::Stream(..) => std::mem::replace(&mut body, Outgoing::None),
            };
            let request = self.request(plan, rendered, more, again)?;
            *self.attempts += 1;
            let outcome = self.way_out().send(request).await;
            tried += 1;
            if let Ok(answer) = &outcome
                && !at_hand
                && self.snapshot.expired.contains(&answer.status().as_u16())
            {
                credentials::aside(self.app, self.current());
            }
            if let Ok(answer) = &outcome
                && at_hand
                && self.renew_after(answer.status().as_u16()).await?
            {
                // A refusal did nothing, so that any method may be sent again with the newer token.
                continue;
            }
            let last = !safe || tried >= MOST_TRIES;
            let pause = match &outcome {
                Ok(answer) => wait(answer.status(), answer.headers()),
                Err(keyway_egress::Error::Connect { .. } | keyway_egress::Error::Broken(_)) => Some(PAUSE),
                Err(_) => None,
            };
            match pause {
                Some(pause) if !last && pause <= self.patience => {
                    self.patience -= pause;
                    tokio::time::sleep(pause).await;
                }
                _ => return Ok(outcome?),
            }
        }
    }

    /// The way out with the certificates of the instance.
    pub(super) fn way_out(&self) -> Cow<'_, Egress> {
        match self.current().authorizer.profile() {
            Some(profile) => Cow::Owned(self.egress.with_profile(profile)),
            None => Cow::Borrowed(self.egress),
        }
    }

    fn request(&self, plan: &Request, rendered: &Rendered, more: &More, body: Outgoing) -> Result<http::Request<Body>> {
        let mut headers = HeaderMap::new();
        for name in PASSED.iter().chain(&more.passed) {
            if more.unconditional && name.as_str().starts_with("if-") {
                continue;
            }
            if let Some(value) = self.caller.get(name) {
                headers.insert(name.clone(), value.clone());
            }
        }
        if let Some(accept) = more.accept {
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        }
        // What the definition sends takes the place of what the caller sends, rather than standing beside it.
        for (name, value) in &rendered.headers {
            headers.insert(name.clone(), value.clone());
        }
        let (body, stream) = match body {
            Outgoing::None => (Some(Bytes::new()), None),
            Outgoing::Bytes(bytes, kind) => {
                let kind =
                    HeaderValue::from_str(&kind).map_err(|_| Error::invalid("Content-Type", "is not a media type"))?;
                headers.entry(header::CONTENT_TYPE).or_insert(kind);
                (Some(bytes), None)
            }
            Outgoing::Stream(body, kind) => {
                if let Some(kind) = kind {
                    headers.entry(header::CONTENT_TYPE).or_insert(kind);
                }
                (None, Some(body))
            }
        };
        let to = self.destination();
        let root = to.root(plan.root())?;
        let (path, query) = match &more.link {
            Some(link) => match link.split_once('?') {
                Some((path, query)) => (path, Some(query.to_owned())),
                None => (link.as_str(), None),
            },
            None => (rendered.path.as_str(), outgoing::query(&rendered.query, &more.query)),
        };
        let uri = to.uri(&root, path, query);
        let call = keyway_auth::Outgoing { method: plan.method(), uri, headers, body };
        Ok(to.request(call, stream, self.moment)?)
    }
}

/// How long to wait before a safe request is sent again; `None` where the answer stands.
fn wait(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    let busy = [
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::BAD_GATEWAY,
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::GATEWAY_TIMEOUT,
    ];
    if !busy.contains(&status) {
        return None;
    }
    match headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()) {
        // A date, or more seconds than this server waits: the caller is told instead.
        Some(text) => text.trim().parse().ok().filter(|seconds| *seconds <= PATIENCE).map(Duration::from_secs),
        None if status == StatusCode::TOO_MANY_REQUESTS => None,
        None => Some(PAUSE),
    }
}

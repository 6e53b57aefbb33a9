//! The raw call: a request goes out with the instance's credential, the answer comes back while it arrives.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use keyway_auth::Outgoing;
use keyway_egress::{Body, Egress, is_upgrade, tunnel};
use keyway_model::{CallRecord, RequestId, Timestamp};

use super::cache::{Access, Snapshot};
use super::hub::{HubAnswer, HubCall};
use super::identify::Identity;
use super::payload::Payload;
use super::{headers, links, path};
use crate::credentials::{self, Renewable};
use crate::{App, Error, Result};

/// A call to be forwarded.
#[derive(Debug)]
pub struct Call {
    /// The id that the caller is told.
    pub id: RequestId,
    /// Whose call it is.
    pub identity: Identity,
    /// Method at the provider.
    pub method: Method,
    /// Path below the provider's root, beginning with a slash or empty, as it came.
    pub path: String,
    /// The call as the caller made it.
    pub origin: Origin,
    /// URL under which this server offers the provider's root, without a slash at its end.
    pub root: Arc<str>,
    /// When the call arrived.
    pub at: Timestamp,
    /// When the call arrived, for its duration.
    pub began: Instant,
}

/// A call as the caller made it: what the log says of it beside what became of it.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Where it came from.
    pub client: IpAddr,
    /// Method as received.
    pub method: Method,
    /// Path and query as received.
    pub uri: Uri,
    /// What stands before the path of this server's API in it: the dialect's prefix, or nothing.
    pub prefix: &'static str,
}

/// A call under way. It is counted and recorded when this goes, also when the caller did not wait for the answer.
#[derive(Debug)]
pub struct Running<'a> {
    app: &'a App,
    call: Call,
    status: u16,
    attempts: i32,
    error: Option<String>,
}

/// What is recorded of a call whose caller hung up before the answer began.
const HUNG_UP: u16 = 499;
const GONE: &str = "the caller hung up before the answer began";

impl<'a> Running<'a> {
    /// Begins a call.
    pub fn begin(app: &'a App, call: Call) -> Self {
        app.metrics.call_began();
        Self { app, call, status: HUNG_UP, attempts: 0, error: None }
    }

    /// Sends the call on and returns the provider's answer, whatever its status. The dialect finishes the call.
    pub async fn forward(&mut self, egress: &Egress, request: Request<Incoming>) -> Result<Response<Body>> {
        check(&self.call, request.headers())?;
        let snapshot = credentials::fresh(self.app, Arc::clone(&self.call.identity.access.snapshot)).await?;
        self.send(egress, snapshot, request).await
    }

    /// Makes the call of a resource; the dialect finishes it.
    pub async fn resource(&mut self, egress: &Egress, request: Request<Incoming>, call: &HubCall) -> Result<HubAnswer> {
        let snapshot = Arc::clone(&self.call.identity.access.snapshot);
        // Documentation and the like are answered without the provider, whatever became of the token.
        let needed = snapshot.enabled && call.asks_provider(&snapshot);
        let snapshot = if needed { credentials::fresh(self.app, snapshot).await? } else { snapshot };
        call.answer(self.app, egress, &snapshot, request, &mut self.attempts).await
    }

    /// Why there is no answer of the provider, for the record.
    pub fn failed(&mut self, error: &Error) {
        self.error = Some(error.to_string());
    }

    /// The call's answer begins; `status` is what the caller receives.
    pub fn finish(mut self, status: u16) {
        self.status = status;
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.app.metrics.call_answered(self.status);
        if self.app.settings.call_log_days > 0 {
            self.app.call_log.record(self.app, record(self));
        }
    }
}

/// TRACE and TRACK would show the caller the credential; CONNECT is no call of an API. Some servers ignore the case.
const NEVER_FORWARDED: [&str; 3] = ["TRACE", "TRACK", "CONNECT"];

fn check(call: &Call, headers: &HeaderMap) -> Result<()> {
    if NEVER_FORWARDED.iter().any(|method| call.method.as_str().eq_ignore_ascii_case(method)) {
        return Err(Error::Refused(format!("{} cannot be forwarded", call.method)));
    }
    let Access { snapshot, policy } = &*call.identity.access;
    if !snapshot.enabled {
        return Err(Error::Forbidden(format!("instance {} is disabled", snapshot.id)));
    }
    path::check(&call.path)?;
    let Some(policy) = policy else { return Ok(()) };
    let within_path = policy.path_prefixes.is_empty()
        || path::plain_segments(&call.path).is_some_and(|segments| policy.allows_path(&segments));
    let limited = !policy.methods.is_empty() || !policy.path_prefixes.is_empty();
    let honest = !limited || !headers::overrides(headers);
    if policy.allows_method(call.method.as_str()) && within_path && honest {
        return Ok(());
    }
    Err(Error::Forbidden("this key does not open this method and path".to_owned()))
}

impl Running<'_> {
    async fn send(
        &mut self,
        egress: &Egress,
        mut snapshot: Arc<Snapshot>,
        mut request: Request<Incoming>,
    ) -> Result<Response<Body>> {
        let upgrade = is_upgrade(request.headers());
        let caller_side = upgrade.then(|| hyper::upgrade::on(&mut request));
        let (parts, body) = request.into_parts();
        let mut payload = Payload::read(egress, &snapshot, &parts.headers, body).await?;
        let mut headers = parts.headers;
        let query = parts.uri.query();
        let answer = loop {
            let again = payload
                .again()
                .filter(|_| self.attempts == 0 && !upgrade)
                .filter(|_| snapshot.life.as_ref().is_some_and(Renewable::can_renew));
            // Only what may be sent again is kept.
            let sent = if again.is_some() { headers.clone() } else { std::mem::take(&mut headers) };
            let outgoing = outgoing(self.app, &self.call, &snapshot, (sent, query, upgrade), payload)?;
            self.attempts += 1;
            let profiled = snapshot.authorizer.profile().map(|profile| egress.with_profile(profile));
            let answer = profiled.as_ref().unwrap_or(egress).send(outgoing).await?;
            let refused = snapshot.expired.contains(&answer.status().as_u16());
            if refused && again.is_none() && self.attempts == 1 {
                credentials::aside(self.app, &snapshot);
            }
            let Some(again) = again.filter(|_| refused) else { break answer };
            match credentials::after_refusal(self.app, &snapshot).await? {
                Some(newer) => (snapshot, payload) = (newer, again),
                None => break answer,
            }
        };
        finish(egress, &self.call, &snapshot, answer, (upgrade, caller_side))
    }
}

/// The provider's answer as the caller sees it.
fn finish(
    egress: &Egress,
    call: &Call,
    snapshot: &Snapshot,
    mut answer: Response<Incoming>,
    (upgrade, caller_side): (bool, Option<OnUpgrade>),
) -> Result<Response<Body>> {
    let upgraded = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
    if upgraded && !upgrade {
        let message = "the provider switched to another protocol without being asked".to_owned();
        return Err(Error::Gateway { timeout: false, message });
    }
    if upgraded && let Some(caller_side) = caller_side {
        let provider_side = hyper::upgrade::on(&mut answer);
        // The tunnel lives as long as both sides do; how it ends is nobody's business but theirs.
        drop(tokio::spawn(async move { tunnel(caller_side, provider_side).await.map(drop) }));
    }
    let (mut parts, body) = answer.into_parts();
    // Each side of a proxy speaks its own version (RFC 9110 section 6.2).
    parts.version = Version::HTTP_11;
    headers::clean_answer(&mut parts.headers, upgraded);
    links::rewrite(&mut parts.headers, &snapshot.base, &call.root);
    let idle = egress.limits().idle;
    Ok(Response::from_parts(parts, if body.is_end_stream() { Body::empty() } else { Body::stream(body, idle) }))
}

/// The request as the provider sees it.
fn outgoing(
    app: &App,
    call: &Call,
    snapshot: &Snapshot,
    (mut headers, query, upgrade): (HeaderMap, Option<&str>, bool),
    payload: Payload,
) -> Result<Request<Body>> {
    let key = call.identity.key.as_ref();
    headers::clean_request(&mut headers, key, upgrade);
    snapshot.authorizer.apply_headers(&mut headers);
    let query = snapshot.authorizer.apply_query(headers::clean_query(query, key));
    let uri = snapshot.base.join(&call.path, query.as_deref());
    let (method, uri, headers, body) = if snapshot.authorizer.is_moving() {
        let (bytes, stream) = payload.parts();
        let sent = Outgoing { method: &call.method, uri, headers, body: bytes };
        let Outgoing { method, uri, headers, body } = snapshot.authorizer.authorise(sent, app.moment())?;
        (
            method,
            uri,
            with_length(headers, body.as_ref()),
            stream.unwrap_or_else(|| Body::full(body.unwrap_or_default())),
        )
    } else {
        (&call.method, uri, headers, payload.body())
    };
    let mut request = Request::builder()
        .method(method.clone())
        .uri(uri)
        .version(Version::HTTP_11)
        .body(body)
        .map_err(|_| Error::invalid("path", "cannot be part of a URL"))?;
    *request.headers_mut() = headers;
    Ok(request)
}

/// A body that has changed has another length than the caller said.
fn with_length(mut headers: HeaderMap, body: Option<&Bytes>) -> HeaderMap {
    if body.is_some() {
        headers.remove(http::header::CONTENT_LENGTH);
    }
    headers
}

/// Longest text of a record in characters; what is cut is redacted first.
const LONGEST: usize = 2_000;
/// Longest reason of a failure in characters.
const LONGEST_ERROR: usize = 500;

fn record(running: &Running<'_>) -> CallRecord {
    let Running { call, status, attempts, error, .. } = running;
    let Call { origin, identity, .. } = call;
    let snapshot = &*identity.access.snapshot;
    let mut cut = false;
    let mut kept = |clean: Cow<'_, str>, longest: usize| -> Box<str> {
        let end = clean.char_indices().nth(longest).map_or(clean.len(), |(end, _)| end);
        cut |= end < clean.len();
        clean[..end].into()
    };
    let redactor = &snapshot.redactor;
    let path = origin.uri.path();
    let whole = origin.uri.path_and_query().map_or(path, |whole| whole.as_str());
    let method = static_name(&origin.method);
    let api = [&*method, " ", path.strip_prefix(origin.prefix).unwrap_or(path)].concat();
    let error = if *status == HUNG_UP { Some(GONE) } else { error.as_deref() };
    CallRecord {
        request_id: call.id,
        organization: snapshot.organization,
        account: snapshot.account,
        user: snapshot.user,
        instance: snapshot.id,
        connector: snapshot.connector.key.clone(),
        hub: Arc::clone(&snapshot.hub),
        client: origin.client,
        uri: kept(redactor.redact_uri(whole), LONGEST),
        api: kept(redactor.redact(&api), LONGEST),
        path: kept(redactor.redact(&call.path), LONGEST),
        method,
        status: *status,
        attempts: *attempts,
        error: error.map(|text| kept(redactor.redact(text), LONGEST_ERROR)),
        detail_dropped: cut,
        at: call.at,
        duration_us: i64::try_from(call.began.elapsed().as_micros()).unwrap_or(i64::MAX),
    }
}

/// The common methods need no memory of their own.
fn static_name(method: &Method) -> Cow<'static, str> {
    match *method {
        Method::GET => Cow::Borrowed("GET"),
        Method::POST => Cow::Borrowed("POST"),
        Method::PUT => Cow::Borrowed("PUT"),
        Method::PATCH => Cow::Borrowed("PATCH"),
        Method::DELETE => Cow::Borrowed("DELETE"),
        Method::HEAD => Cow::Borrowed("HEAD"),
        ref other => Cow::Owned(other.as_str().to_owned()),
    }
}

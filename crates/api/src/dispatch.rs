//! The door: every request gets an id, is sent down its path, and leaves with the headers of the dialect.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body as AxumBody;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version, header};
use hyper::body::Incoming;
use keyway_app::access::Credentials;
use keyway_app::calls::{self, Call, Egress, HubCall, Identity, Meaning, Origin, Running};
use keyway_app::{App, Error};
use keyway_model::{InstanceId, Problems, RequestId, Timestamp};
use tower::ServiceExt;

use crate::answer::AnswerBody;
use crate::authorization::credentials;
use crate::client;
use crate::error::{ApiError, Rendered};
use crate::extract::ClientAddress;
use crate::routes;

/// The prefix under which clients of the platform expect it.
pub(crate) const PREFIX: &str = "/elements/api-v2";

/// First segments that no connector's resource may take.
const RESERVED: [&str; 16] = [
    "instances",
    "elements",
    "connectors",
    "usage",
    "authentication",
    "formulas",
    "notifications",
    "events",
    "oauth",
    "proxy",
    "console",
    "healthz",
    "readyz",
    "version",
    "openapi.json",
    "",
];

/// Exactly what clients of the platform expect to be exposed.
const EXPOSED: &str = "Elements-Returned-Count, Elements-Total-Count, Elements-Request-Id, Elements-Next-Page-Token, \
                       Elements-Trace-Id, Elements-Error, Content-Disposition";

/// Answers requests.
#[derive(Clone, Debug)]
pub struct Api {
    app: App,
    router: Router,
    roots: Roots,
}

/// URLs of the raw call, put together once.
#[derive(Clone, Debug)]
struct Roots {
    plain: Arc<str>,
    prefixed: Arc<str>,
}

/// A request that has come through the door.
struct Arrival {
    id: RequestId,
    at: Timestamp,
    began: Instant,
    client: IpAddr,
}

/// Where a request goes.
enum Path {
    /// The raw call, with what follows the provider's root and the URL of that root here.
    Raw { path: String, root: Arc<str>, host: Option<InstanceId> },
    /// A resource of the token's connector, by its path, if the connector has it.
    Resource { path: String, hub: bool },
    /// The router.
    Control,
}

impl Api {
    /// Builds the router.
    pub fn new(app: App) -> Self {
        let router =
            routes::router().fallback(not_found).method_not_allowed_fallback(not_allowed).with_state(app.clone());
        let url = app.settings.public_url();
        let roots = Roots { plain: format!("{url}/proxy").into(), prefixed: format!("{url}{PREFIX}/proxy").into() };
        Self { app, router, roots }
    }

    /// A way out with a pool of connections of its own, for one core.
    pub fn new_egress(&self) -> Egress {
        self.app.new_egress()
    }

    /// Answers one request. `egress` is the way out of the core that this runs on.
    pub async fn handle(&self, egress: &Egress, request: Request<Incoming>, peer: SocketAddr) -> Response<AnswerBody> {
        let at = self.app.clock.now();
        let client = client::address(&self.app, request.headers(), peer);
        let arrival = Arrival { id: self.app.entropy.request_id(at), at, began: Instant::now(), client };
        let cross_origin = request.headers().contains_key(header::ORIGIN);
        let (outcome, own) = self.route(egress, request, &arrival).await;
        let mut response = outcome.unwrap_or_else(|error| refuse(&error, &arrival));
        let own = own || matches!(response.body(), AnswerBody::Own(_));
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(arrival.id.as_str()) {
            headers.insert(HeaderName::from_static("elements-request-id"), id);
        }
        if own {
            headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        }
        if cross_origin {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        }
        response
    }

    /// The answer, and whether it is this server's own.
    async fn route(
        &self,
        egress: &Egress,
        request: Request<Incoming>,
        arrival: &Arrival,
    ) -> (Result<Response<AnswerBody>, ApiError>, bool) {
        let shown = match credentials(request.headers()) {
            Ok(shown) => shown,
            Err(problems) => return (Err(problems.into()), true),
        };
        match self.path_of(&request, &shown) {
            Path::Raw { path, root, host } => {
                let method = request.method().clone();
                let target = Target { method, path, root };
                let identity = calls::identify(&self.app, &shown, request.headers(), host).await;
                let answer = self.call(egress, request, arrival, identity, target).await;
                (Ok(answer.unwrap_or_else(|error| refuse_call(&error, arrival))), false)
            }
            Path::Resource { path, hub } => match calls::identify(&self.app, &shown, request.headers(), None).await {
                // A key opens the raw call and nothing else.
                Ok(identity) if identity.key.is_some() => (Err(Error::Unauthenticated.into()), true),
                Ok(identity) => Box::pin(self.resource(egress, request, arrival, identity, (&path, hub))).await,
                Err(error) => (Err(error.into()), true),
            },
            // Boxed, so that the future of a raw call is no larger than it has to be: it is moved for every call.
            Path::Control => (Box::pin(self.control(request, arrival)).await, true),
        }
    }

    fn path_of(&self, request: &Request<Incoming>, shown: &Credentials) -> Path {
        let whole = request.uri().path();
        if let Some((host, authority)) = self.named_by_host(request) {
            let scheme = if self.roots.plain.starts_with("https:") { "https" } else { "http" };
            let root = format!("{scheme}://{authority}").into();
            return Path::Raw { path: whole.to_owned(), root, host: Some(host) };
        }
        let (prefix, path) = split_prefix(whole);
        if let Some(rest) = path.strip_prefix("/proxy").filter(|rest| rest.is_empty() || rest.starts_with('/')) {
            let root = if prefix.is_empty() { &self.roots.plain } else { &self.roots.prefixed };
            return Path::Raw { path: rest.to_owned(), root: Arc::clone(root), host: None };
        }
        if shown.element.is_none() && !is_token_scoped(path) {
            return Path::Control;
        }
        let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        if RESERVED.contains(&first) {
            return Path::Control;
        }
        match path.strip_prefix("/hubs/").and_then(|rest| rest.split_once('/')) {
            Some((_, resource)) => Path::Resource { path: format!("/{resource}"), hub: true },
            None => Path::Resource { path: path.to_owned(), hub: false },
        }
    }

    /// The instance that a host name such as `12.proxy.example.com` names, and the authority as the caller wrote it.
    fn named_by_host(&self, request: &Request<Incoming>) -> Option<(InstanceId, String)> {
        let domain = self.app.settings.proxy_domain.as_str();
        if domain.is_empty() {
            return None;
        }
        let named = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
        let authority = named.or_else(|| request.uri().authority().map(http::uri::Authority::as_str))?;
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host).to_ascii_lowercase();
        let label = host.strip_suffix(&domain.to_ascii_lowercase())?.strip_suffix('.')?;
        Some((InstanceId(label.parse().ok()?), authority.to_owned()))
    }

    /// A resource of the connector, or what the router has to say where the connector has no such resource.
    async fn resource(
        &self,
        egress: &Egress,
        request: Request<Incoming>,
        arrival: &Arrival,
        identity: Identity,
        (path, hub): (&str, bool),
    ) -> (Result<Response<AnswerBody>, ApiError>, bool) {
        let call = HubCall { method: request.method().clone(), path: path.to_owned() };
        let snapshot = &identity.access.snapshot;
        let meaning = call.meaning(snapshot);
        if meaning == Meaning::Unknown && (!hub || path == "/elements") {
            return (self.control(request, arrival).await, true);
        }
        if meaning != Meaning::Answered {
            let known = meaning == Meaning::OtherMethod;
            let status = if known { StatusCode::METHOD_NOT_ALLOWED } else { StatusCode::NOT_FOUND };
            let message = format!("element '{}' has no resource {} {path}", snapshot.connector.key, request.method());
            let mut refused = refuse(&ApiError::Http(status, message), arrival);
            if known {
                let methods: Vec<&str> = snapshot.connector.resources.methods(path).into_iter().collect();
                let methods = if methods.is_empty() { "GET".to_owned() } else { methods.join(", ") };
                refused.headers_mut().extend(HeaderValue::from_str(&methods).ok().map(|value| (header::ALLOW, value)));
            }
            return (Ok(refused), true);
        }
        let instance = HeaderValue::from(snapshot.id.0);
        let target =
            Target { method: call.method.clone(), path: call.path.clone(), root: Arc::clone(&self.roots.prefixed) };
        let mut running = self.begin(&request, arrival, identity, target);
        let mut response = match running.resource(egress, request, &call).await {
            Ok(answer) => answer.into_response().map(AnswerBody::Provider),
            Err(error) => {
                running.failed(&error);
                refuse(&error.into(), arrival)
            }
        };
        running.finish(response.status().as_u16());
        response.headers_mut().insert(HeaderName::from_static("elements-element-instance-id"), instance);
        (Ok(response), true)
    }

    /// Begins a call: from here on it is counted and leaves a record.
    fn begin(&self, request: &Request<Incoming>, arrival: &Arrival, identity: Identity, target: Target) -> Running<'_> {
        let Target { method, path, root } = target;
        let origin = Origin {
            client: arrival.client,
            method: request.method().clone(),
            uri: request.uri().clone(),
            prefix: split_prefix(request.uri().path()).0,
        };
        let Arrival { id, at, began, .. } = *arrival;
        Running::begin(&self.app, Call { id, identity, method, path, origin, root, at, began })
    }

    async fn call(
        &self,
        egress: &Egress,
        request: Request<Incoming>,
        arrival: &Arrival,
        identity: Result<Identity, Error>,
        target: Target,
    ) -> Result<Response<AnswerBody>, ApiError> {
        if request.version() <= Version::HTTP_11 && request.uri().authority().is_some() {
            return Err(Problems::one("path", "must not be an absolute URL").into());
        }
        let identity = identity?;
        let instance = HeaderValue::from(identity.access.snapshot.id.0);
        let mut running = self.begin(&request, arrival, identity, target);
        let mut response = match running.forward(egress, request).await {
            Ok(answer) => answer.map(AnswerBody::Provider),
            Err(error) => {
                running.failed(&error);
                refuse_call(&error.into(), arrival)
            }
        };
        running.finish(response.status().as_u16());
        response.headers_mut().insert(HeaderName::from_static("elements-element-instance-id"), instance);
        Ok(response)
    }

    /// Hands a request to the router on the control runtime, where the store lives.
    async fn control(&self, request: Request<Incoming>, arrival: &Arrival) -> Result<Response<AnswerBody>, ApiError> {
        let mut request = request.map(AxumBody::new);
        let uri = control_uri(request.uri())?;
        *request.uri_mut() = uri;
        request.extensions_mut().insert(ClientAddress(arrival.client));
        let answer = self.app.control.spawn(self.router.clone().oneshot(request)).await.map_err(Error::internal)?;
        let response = match answer {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let response = match response.extensions().get::<Rendered>() {
            Some(rendered) => {
                let mut told = told(rendered.clone(), arrival);
                // The router says which methods a path has.
                if let Some(allowed) = response.headers().get(header::ALLOW) {
                    told.headers_mut().insert(header::ALLOW, allowed.clone());
                }
                told
            }
            None => response,
        };
        Ok(response.map(AnswerBody::Own))
    }
}

/// The provider's side of a call.
struct Target {
    method: Method,
    path: String,
    root: Arc<str>,
}

/// Whether a path means nothing without an Element token.
fn is_token_scoped(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["hubs", _, rest @ ..] => !rest.is_empty() && rest != ["elements"],
        ["ping" | "objects", ..] => true,
        _ => false,
    }
}

fn split_prefix(path: &str) -> (&'static str, &str) {
    match path.strip_prefix(PREFIX) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => (PREFIX, rest),
        _ => ("", path),
    }
}

/// The path as the router knows it: without the prefix, `/connectors` as `/elements`, without a slash at its end.
fn control_uri(uri: &Uri) -> Result<Uri, Problems> {
    let (_, path) = split_prefix(uri.path());
    let trimmed = path.trim_end_matches('/');
    let path = match trimmed.strip_prefix("/connectors") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/elements{rest}"),
        _ if trimmed.is_empty() => "/".to_owned(),
        _ => trimmed.to_owned(),
    };
    let text = uri.query().map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
    text.parse().map_err(|_| Problems::one("path", "cannot be read"))
}

fn refuse_call(error: &ApiError, arrival: &Arrival) -> Response<AnswerBody> {
    told(error.render().for_raw_call(), arrival).map(AnswerBody::Own)
}

fn refuse(error: &ApiError, arrival: &Arrival) -> Response<AnswerBody> {
    told(error.render(), arrival).map(AnswerBody::Own)
}

/// Renders an error for the caller, and tells the log what the caller is not told.
fn told(rendered: Rendered, arrival: &Arrival) -> axum::response::Response {
    if let Some(cause) = &rendered.cause {
        tracing::error!(request.id = %arrival.id, cause, "a request failed");
    }
    rendered.into_response(arrival.id.as_str())
}

async fn not_found() -> ApiError {
    ApiError::Http(StatusCode::NOT_FOUND, "there is nothing at this path".to_owned())
}

async fn not_allowed() -> ApiError {
    ApiError::Http(StatusCode::METHOD_NOT_ALLOWED, "this path does not answer to this method".to_owned())
}

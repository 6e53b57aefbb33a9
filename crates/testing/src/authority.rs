//! An authorization server that rotates its tokens, with the API that they open, on one port of loopback.
//!
//! A grant is a chain of pairs: `a.NAME.3` and `r.NAME.3` are the third pair of the chain NAME. Only the newest pair is
//! good, and a replaced refresh token for as long as the server's grace says. Every path but
//! `/token` and `/revoke` is the API and tells what it saw.

mod chains;
mod trouble;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::{Reply, Seen};
use chains::Chains;
pub use trouble::Trouble;
use trouble::{Answer, Dropped};

/// How the server answers token requests.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How long a replaced refresh token is still taken.
    pub grace: Duration,
    /// Seconds that an access token is good, as the answer says it.
    pub lifetime: i64,
    /// Whether a renewal brings a new refresh token; the old one stays good otherwise.
    pub rotates: bool,
    /// Whether a code that was exchanged is refused from then on.
    pub codes_once: bool,
    /// How long an answer takes.
    pub delay: Duration,
    /// What goes wrong instead of an answer.
    pub trouble: Option<Trouble>,
    /// Members of token answers besides the usual ones, which they replace.
    pub more: Map<String, Value>,
    /// The value of the header `Date`, where it is not the true one.
    pub date: Option<String>,
    /// Status by which the API refuses a token.
    pub refusal: u16,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            grace: Duration::ZERO,
            lifetime: 3600,
            rotates: true,
            codes_once: false,
            delay: Duration::ZERO,
            trouble: None,
            more: Map::new(),
            date: None,
            refusal: 401,
        }
    }
}

/// The server. It stops with this value.
#[derive(Debug)]
pub struct Authority {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    rules: Rules,
    chains: Chains,
    /// Requests for tokens.
    asked: Vec<Seen>,
    /// Requests to give tokens back.
    revoked: Vec<Seen>,
    /// Requests to the API.
    called: Vec<Seen>,
}

impl Authority {
    /// The client that it knows.
    pub const CLIENT: &str = "app-5b1c";
    /// Its secret.
    pub const SECRET: &str = "of-the-app-77e0";

    /// Starts a server with ordinary rules.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::default();
        let task = tokio::spawn(accept(listener, Arc::clone(&state)));
        Self { address, state, task }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// `http://127.0.0.1:port`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Changes the rules from the next request on.
    pub fn change(&self, change: impl FnOnce(&mut Rules)) {
        change(&mut self.state().rules);
    }

    /// Ends every access token that was given out; refresh tokens stay.
    pub fn end_access(&self) {
        self.state().chains.end_access();
    }

    /// Ends a chain altogether, as a person does who withdraws a consent.
    pub fn end(&self, chain: &str) {
        self.state().chains.end(chain);
    }

    /// How many requests for tokens came.
    pub fn asked(&self) -> usize {
        self.state().asked.len()
    }

    /// The requests for tokens.
    pub fn token_requests(&self) -> Vec<Seen> {
        self.state().asked.clone()
    }

    /// The requests to give tokens back.
    pub fn revocations(&self) -> Vec<Seen> {
        self.state().revoked.clone()
    }

    /// The requests to the API.
    pub fn calls(&self) -> Vec<Seen> {
        self.state().called.clone()
    }

    /// How many token requests named a refresh token that is not taken.
    pub fn refused(&self) -> usize {
        self.state().chains.refused()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no holder of this lock panics")
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, Arc::clone(&state)));
            // A caller that hangs up in the middle is part of some tests.
            drop(Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

async fn answer(request: Request<Incoming>, state: Arc<Mutex<State>>) -> Result<Response<Answer>, Dropped> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
    let target = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let seen = Seen { method: parts.method.to_string(), target, headers: parts.headers, body };
    match parts.uri.path() {
        "/token" => token(seen, &state).await,
        "/revoke" => {
            lock(&state).revoked.push(seen);
            Ok(trouble::whole(Reply::json(200, &json!({}))))
        }
        _ => Ok(trouble::whole(call(seen, &mut lock(&state)))),
    }
}

async fn token(seen: Seen, state: &Mutex<State>) -> Result<Response<Answer>, Dropped> {
    let (rules, reply) = {
        let mut state = lock(state);
        let rules = state.rules.clone();
        state.asked.push(seen.clone());
        // What loses an answer on its way loses it after the server has acted.
        let acts = rules.trouble.as_ref().is_none_or(Trouble::acts);
        let reply = acts.then(|| state.chains.grant(&seen, &rules));
        (rules, reply)
    };
    tokio::time::sleep(rules.delay).await;
    let reply = reply.unwrap_or_else(|| Reply::json(500, &json!({})));
    let reply = match &rules.date {
        Some(date) => reply.header("date", date),
        None => reply,
    };
    match rules.trouble {
        Some(trouble) => trouble.answer(reply),
        None => Ok(trouble::whole(reply)),
    }
}

fn call(seen: Seen, state: &mut State) -> Reply {
    let shown = seen.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = shown.strip_prefix("Bearer ").unwrap_or_default().to_owned();
    let body = String::from_utf8_lossy(&seen.body).into_owned();
    let (method, target) = (seen.method.clone(), seen.target.clone());
    state.called.push(seen);
    if !state.chains.opens(&token) {
        return Reply::json(state.rules.refusal, &json!({ "error": "this token is not good" }));
    }
    let subject = token.split('.').nth(1).unwrap_or_default();
    Reply::json(200, &json!({ "token": token, "subject": subject, "method": method, "target": target, "body": body }))
}

//! Stand-ins of providers, each written from what its public documentation promises callers, never from our
//! definitions. They live in memory, refuse what the provider refuses and answer in the provider's shape.

use std::sync::Mutex;

use keyway_testing::{Reply, Seen, Vendor};
use serde_json::{Map, Value};
use url::form_urlencoded::parse;

pub(crate) mod consent;
pub(crate) mod dropbox;
pub(crate) mod google;
pub(crate) mod hubspot;
pub(crate) mod jira;
pub(crate) mod microsoft;
pub(crate) mod netsuite;
pub(crate) mod pipedrive;
pub(crate) mod quickbooks;
pub(crate) mod salesforce;
pub(crate) mod shopify;
pub(crate) mod slack;
pub(crate) mod xero;
pub(crate) mod zendesk;
pub(crate) mod zoom;

/// A request in the parts that a stand-in looks at.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: Vec<&'a str>,
    pub(crate) seen: &'a Seen,
    query: Vec<(String, String)>,
}

/// Objects of one kind, the oldest first.
#[derive(Default)]
pub(crate) struct Table(Vec<Value>);

/// Starts a stand-in that keeps a state between requests.
pub(crate) async fn serve<S: Send + 'static>(state: S, answer: fn(&mut S, &Request<'_>) -> Reply) -> Vendor {
    let state = Mutex::new(state);
    let script = move |seen: &Seen| {
        let mut state = state.lock().expect("no holder of this lock panics");
        answer(&mut state, &Request::of(seen))
    };
    Vendor::start(script).await
}

impl<'a> Request<'a> {
    fn of(seen: &'a Seen) -> Self {
        let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
        let query = parse(query.as_bytes()).into_owned().collect();
        let path = path.trim_start_matches('/').split('/').collect();
        Self { method: &seen.method, path, seen, query }
    }

    /// A query parameter, decoded.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a query parameter, decoded.
    pub(crate) fn every(&self, name: &str) -> Vec<&str> {
        self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// A query parameter that must be a number where it is there.
    pub(crate) fn number(&self, name: &str, otherwise: usize) -> Option<usize> {
        self.query(name).map_or(Some(otherwise), |text| text.parse().ok())
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.seen.headers.get(name)?.to_str().ok()
    }

    /// The body, if it is a JSON object and says so.
    pub(crate) fn object(&self) -> Option<Map<String, Value>> {
        let is_json = self.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
        if is_json { serde_json::from_slice(&self.seen.body).ok() } else { None }
    }
}

impl Table {
    pub(crate) fn rows(&self) -> &[Value] {
        &self.0
    }

    pub(crate) fn add(&mut self, row: Value) -> Value {
        self.0.push(row.clone());
        row
    }

    pub(crate) fn find(&mut self, member: &str, id: &str) -> Option<&mut Value> {
        self.0.iter_mut().find(|row| is(&row[member], id))
    }

    pub(crate) fn remove(&mut self, member: &str, id: &str) -> Option<Value> {
        let position = self.0.iter().position(|row| is(&row[member], id))?;
        Some(self.0.remove(position))
    }
}

/// Sets members of an object.
pub(crate) fn set(object: &mut Value, fields: &Map<String, Value>) {
    for (name, value) in fields {
        object[name.as_str()] = value.clone();
    }
}

/// An answer without a body.
pub(crate) fn nothing(status: u16) -> Reply {
    Reply { status, headers: Vec::new(), body: String::new() }
}

/// Rows from a position on, and where the next page begins if there is one.
pub(crate) fn cut<T: Clone>(rows: &[T], from: usize, size: usize) -> (Vec<T>, Option<usize>) {
    let rows: Vec<T> = rows.iter().skip(from).cloned().collect();
    let more = rows.len() > size;
    (rows.into_iter().take(size).collect(), more.then_some(from + size))
}

/// Whether a value is a text or a number that is written so.
pub(crate) fn is(value: &Value, text: &str) -> bool {
    match value {
        Value::String(value) => value == text,
        Value::Number(number) => Some(number) == text.parse().ok().as_ref(),
        _ => false,
    }
}

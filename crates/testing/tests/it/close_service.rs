//! A stand-in of Close, written from what <https://developer.close.com> promises its callers: basic auth with the API
//! key as user and no password, trailing slashes, `_skip` and `_limit` with `has_more`, `PUT` that keeps what is absent,
//! the documented statuses, and the `ratelimit` header with 429.

use std::sync::Mutex;

use keyway_testing::{Reply, Seen, Vendor};
use serde_json::{Map, Value, json};

/// The API key of the organization.
pub(crate) const API_KEY: &str = "api_4pRx.7hQw";
/// The key as `Authorization`: `api_4pRx.7hQw:` in base64.
pub(crate) const AUTHORIZATION: &str = "Basic YXBpXzRwUnguN2hRdzo=";
/// Most objects of one page.
const MOST: usize = 100;

/// The running stand-in.
pub(crate) struct CloseService(Vendor);

#[derive(Default)]
struct Organization {
    leads: Vec<Value>,
    made: usize,
    was_limited: bool,
}

impl CloseService {
    pub(crate) async fn start() -> Self {
        let organization = Mutex::new(Organization::default());
        let script = move |seen: &Seen| {
            let mut organization = organization.lock().expect("no holder of this lock panics");
            organization.answer(seen)
        };
        Self(Vendor::start(script).await)
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/api/v1", self.0.url())
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.seen()
    }
}

impl Organization {
    fn answer(&mut self, seen: &Seen) -> Reply {
        if seen.headers.get("authorization").is_none_or(|value| value != AUTHORIZATION) {
            return error(401, "Authentication failed.");
        }
        let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
        let Some(path) = path.strip_prefix("/api/v1/").and_then(|path| path.strip_suffix('/')) else {
            return error(404, "Not found.");
        };
        let body = match body_of(seen) {
            Ok(body) => body,
            Err(refusal) => return refusal,
        };
        match (seen.method.as_str(), path.split_once('/').unwrap_or((path, ""))) {
            ("GET", ("me", "")) => {
                told(&json!({ "id": "user_1", "email": "ada@example.com", "organizations": [{ "id": "orga_1" }] }))
            }
            ("GET", ("status", "lead")) => self.statuses(),
            ("GET", ("lead", "")) => self.list(query),
            ("POST", ("lead", "")) => self.create(body),
            (method, ("lead", id)) if !id.is_empty() => self.one(method, id, body),
            (_, ("me" | "lead" | "status", _)) => error(405, "Method not allowed."),
            _ => error(404, "Not found."),
        }
    }

    fn statuses(&mut self) -> Reply {
        if self.was_limited {
            return told(&json!({ "has_more": false, "data": [{ "id": "stat_1", "label": "Potential" }] }));
        }
        self.was_limited = true;
        let limited = json!({ "error": { "rate_reset": 1, "message": "API call count exceeded" } });
        Reply::json(429, &limited).header("ratelimit", "limit=40, remaining=0, reset=1").header("retry-after", "50")
    }

    fn list(&self, query: &str) -> Reply {
        let number = |name: &str, otherwise| {
            let pair = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            pair.map_or(Some(otherwise), |text| text.parse::<usize>().ok())
        };
        let (Some(skip), Some(limit)) = (number("_skip", 0), number("_limit", MOST)) else {
            return error(400, "_skip and _limit must be integers.");
        };
        if limit > MOST {
            return error(400, "The maximum for _limit is 100.");
        }
        let total = self.leads.len();
        let data: Vec<&Value> = self.leads.iter().rev().skip(skip).take(limit).collect();
        let more = skip + data.len() < total;
        told(&json!({ "has_more": more, "total_results": total, "data": data }))
    }

    fn create(&mut self, fields: Map<String, Value>) -> Reply {
        if let Some(refusal) = wrong(&fields) {
            return refusal;
        }
        self.made += 1;
        let id = format!("lead_{}", self.made);
        let mut lead = json!({ "id": id, "organization_id": "orga_1", "name": "", "description": "", "contacts": [] });
        set(&mut lead, fields);
        self.leads.push(lead.clone());
        told(&lead)
    }

    fn one(&mut self, method: &str, id: &str, fields: Map<String, Value>) -> Reply {
        let Some(position) = self.leads.iter().position(|lead| lead["id"] == id) else {
            return error(404, "Empty query: Lead does not exist.");
        };
        match method {
            "GET" => told(&self.leads[position]),
            "PUT" => wrong(&fields).unwrap_or_else(|| {
                set(&mut self.leads[position], fields);
                told(&self.leads[position])
            }),
            "DELETE" => {
                self.leads.remove(position);
                told(&json!({}))
            }
            _ => error(405, "Method not allowed."),
        }
    }
}

/// The members of a body, which is JSON where there is one.
fn body_of(seen: &Seen) -> Result<Map<String, Value>, Reply> {
    if seen.body.is_empty() {
        return Ok(Map::new());
    }
    if seen.headers.get("content-type").is_none_or(|kind| kind != "application/json") {
        return Err(error(415, "Unsupported media type."));
    }
    serde_json::from_slice(&seen.body).map_err(|_| error(400, "The body is not a JSON object."))
}

fn wrong(fields: &Map<String, Value>) -> Option<Reply> {
    let contacts = fields.get("contacts")?;
    let problems = json!({ "errors": [], "field-errors": { "contacts": "This field must be a list." } });
    (!contacts.is_array()).then(|| Reply::json(400, &problems))
}

fn set(lead: &mut Value, fields: Map<String, Value>) {
    for (name, value) in fields {
        lead[name] = value;
    }
}

fn told(body: &Value) -> Reply {
    Reply::json(200, body).header("ratelimit", "limit=40, remaining=39, reset=1")
}

fn error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "error": message }))
}

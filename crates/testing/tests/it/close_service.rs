//! A stand-in of Close, written from what <https://developer.close.com> promises its callers: basic auth with the API
//! key as user and no password, trailing slashes, `_skip`, `_limit`, `_fields` and `_order_by`, `has_more`, filters by
//! member, `PUT` that keeps what is absent, the documented statuses, and the `ratelimit` header with 429.

use std::collections::BTreeMap;
use std::sync::Mutex;

use keyway_testing::{Reply, Seen, Vendor};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

/// The API key of the organization.
pub(crate) const API_KEY: &str = "api_4pRx.7hQw";
/// The key as `Authorization`: `api_4pRx.7hQw:` in base64.
pub(crate) const AUTHORIZATION: &str = "Basic YXBpXzRwUnguN2hRdzo=";
/// Most objects of one page.
const MOST: usize = 100;
/// Kinds of objects, and how their ids begin.
const KINDS: [(&str, &str); 8] = [
    ("lead", "lead"),
    ("contact", "cont"),
    ("opportunity", "oppo"),
    ("task", "task"),
    ("user", "user"),
    ("activity/note", "acti"),
    ("activity/email", "acti"),
    ("activity/call", "acti"),
];

type Query = BTreeMap<String, String>;

/// The running stand-in.
pub(crate) struct CloseService(Vendor);

/// An object and its kind.
struct Object {
    kind: &'static str,
    value: Value,
}

#[derive(Default)]
struct Organization {
    objects: Vec<Object>,
    made: usize,
    was_limited: bool,
}

impl CloseService {
    pub(crate) async fn start() -> Self {
        let mut organization = Organization::default();
        organization.keep("user", Map::from_iter([("email".to_owned(), json!("ada@example.com"))]));
        let organization = Mutex::new(organization);
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

    /// Method and target of the requests since the instance was verified.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.seen().into_iter().skip(1).map(|seen| seen.method + " " + &seen.target).collect()
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
        match (seen.method.as_str(), path) {
            ("GET", "me") => {
                told(&json!({ "id": "user_1", "email": "ada@example.com", "organizations": [{ "id": "orga_1" }] }))
            }
            ("GET", "status/lead") => self.statuses(),
            ("GET", "activity") => self.list("activity/", &parsed(query)),
            (method, path) => self.objects_at(method, path, &parsed(query), body),
        }
    }

    fn objects_at(&mut self, method: &str, path: &str, query: &Query, body: Map<String, Value>) -> Reply {
        let is_kind = |(kind, _): &&(&str, &str)| {
            path.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let Some((kind, _)) = KINDS.iter().find(is_kind) else {
            return error(404, "Not found.");
        };
        match (method, &path[kind.len()..]) {
            ("GET", "") => self.list(kind, query),
            ("POST", "") => self.create(kind, body),
            (_, "") => error(405, "Method not allowed."),
            (method, id) => self.one(method, kind, &id[1..], body),
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

    /// The newest first, unless `_order_by` says otherwise.
    fn list(&self, kind: &str, query: &Query) -> Reply {
        let number = |name: &str, otherwise| query.get(name).map_or(Some(otherwise), |text| text.parse().ok());
        let (Some(skip), Some(limit)) = (number("_skip", 0), number("_limit", MOST)) else {
            return error(400, "_skip and _limit must be integers.");
        };
        if limit > MOST {
            return error(400, "The maximum for _limit is 100.");
        }
        let is_wanted = |object: &&Object| {
            let filters = query.iter().filter(|(name, _)| !name.starts_with('_') || *name == "_type");
            let mut filters = filters.map(|(name, value)| object.value[name] == value.as_str());
            object.kind.starts_with(kind) && filters.all(|fits| fits)
        };
        let mut found: Vec<&Value> = self.objects.iter().rev().filter(is_wanted).map(|object| &object.value).collect();
        match query.get("_order_by").map(String::as_str) {
            None | Some("-date_created") => {}
            Some("date_created") => found.reverse(),
            Some(other) => return error(400, &format!("Cannot order by {other}.")),
        }
        let total = found.len();
        let data: Vec<Value> = found.into_iter().skip(skip).take(limit).map(|object| cut(object, query)).collect();
        let more = skip + data.len() < total;
        told(&json!({ "has_more": more, "total_results": total, "data": data }))
    }

    fn create(&mut self, kind: &'static str, mut fields: Map<String, Value>) -> Reply {
        if let Some(refusal) = wrong(&fields) {
            return refusal;
        }
        match (kind, fields.contains_key("lead_id")) {
            ("user", _) => return error(405, "Method not allowed."),
            // A contact or an opportunity without a lead gets a new one.
            ("contact" | "opportunity", false) => {
                let lead = self.keep("lead", Map::new());
                fields.insert("lead_id".to_owned(), lead["id"].clone());
            }
            ("task" | "activity/note" | "activity/email" | "activity/call", false) => {
                return problem("lead_id", "This field is required.");
            }
            _ => {}
        }
        told(&self.keep(kind, fields))
    }

    fn keep(&mut self, kind: &'static str, fields: Map<String, Value>) -> Value {
        self.made += 1;
        let prefix = KINDS.iter().find(|(name, _)| *name == kind).map_or("", |(_, prefix)| prefix);
        let created = format!("2026-01-01T00:{:02}:{:02}.000000+00:00", self.made / 60, self.made % 60);
        let mut value = json!({
            "id": format!("{prefix}_{}", self.made),
            "organization_id": "orga_1",
            "date_created": created,
            "updated_by": null,
        });
        if kind == "lead" {
            set(&mut value, Map::from_iter(["name", "description"].map(|name| (name.to_owned(), json!("")))));
            value["contacts"] = json!([]);
        }
        if let Some(kind) = kind.strip_prefix("activity/") {
            // A note is a `Note`.
            value["_type"] = json!(kind[..1].to_uppercase() + &kind[1..]);
        }
        set(&mut value, fields);
        self.objects.push(Object { kind, value: value.clone() });
        value
    }

    fn one(&mut self, method: &str, kind: &str, id: &str, fields: Map<String, Value>) -> Reply {
        let mut objects = self.objects.iter();
        let Some(position) = objects.position(|object| object.kind == kind && object.value["id"] == id) else {
            return error(404, "Empty query: the object does not exist.");
        };
        match method {
            "GET" => told(&self.objects[position].value),
            "PUT" => wrong(&fields).unwrap_or_else(|| {
                set(&mut self.objects[position].value, fields);
                told(&self.objects[position].value)
            }),
            "DELETE" => {
                self.objects.remove(position);
                told(&json!({}))
            }
            _ => error(405, "Method not allowed."),
        }
    }
}

fn parsed(query: &str) -> Query {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The members that `_fields` names.
fn cut(object: &Value, query: &Query) -> Value {
    let (Some(names), Some(members)) = (query.get("_fields"), object.as_object()) else {
        return object.clone();
    };
    let is_named = |name: &str| names.split(',').any(|named| named == name);
    members.iter().filter(|(name, _)| is_named(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
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
    (!contacts.is_array()).then(|| problem("contacts", "This field must be a list."))
}

fn set(object: &mut Value, fields: Map<String, Value>) {
    for (name, value) in fields {
        object[name] = value;
    }
}

fn told(body: &Value) -> Reply {
    Reply::json(200, body).header("ratelimit", "limit=40, remaining=39, reset=1")
}

fn problem(field: &str, words: &str) -> Reply {
    Reply::json(400, &json!({ "errors": [], "field-errors": { field: words } }))
}

fn error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "error": message }))
}

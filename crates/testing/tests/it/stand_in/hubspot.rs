//! HubSpot's CRM API, from <https://developers.hubspot.com/docs/api-reference>: bearer tokens, objects whose values are
//! texts below `properties`, `paging.next.after` that is absent on the last page, pages of at most 100 (search 200,
//! owners 500), only a few properties unless asked for, 204 after a deletion, and errors with `message` and `category`.

use std::collections::BTreeMap;

use keyway_testing::{Reply, Vendor};
use serde_json::{Map, Value, json};

use super::{Request, Table, cut, nothing, set};

/// The access token of the private app.
pub(crate) const TOKEN: &str = "pat-eu1-0c6ff1d3";
const KINDS: [&str; 9] = ["companies", "contacts", "deals", "leads", "notes", "calls", "emails", "meetings", "tasks"];
/// Properties that are answered when nobody asks for any.
const USUAL: [&str; 7] = ["name", "domain", "email", "firstname", "lastname", "dealname", "hs_object_id"];

#[derive(Default)]
struct Account {
    objects: BTreeMap<String, Table>,
    made: u64,
}

/// Starts the stand-in with owners but no objects.
pub(crate) async fn start() -> Vendor {
    super::serve(Account::default(), Account::answer).await
}

impl Account {
    fn answer(&mut self, request: &Request<'_>) -> Reply {
        if request.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            return error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.");
        }
        match (request.method, request.path.as_slice()) {
            ("GET", ["account-info", "v3", "details"]) => Reply::json(200, &json!({ "portalId": 62_515 })),
            ("GET", ["crm", "v3", "owners"]) => owners(request),
            ("GET", ["crm", "v3", "pipelines", "deals"]) => Reply::json(200, &json!({ "results": pipelines() })),
            ("GET", ["crm", "v3", "pipelines", kind]) => {
                error(400, "VALIDATION_ERROR", &format!("Unable to infer object type from: {kind}"))
            }
            ("POST", ["crm", "v3", "objects", "contacts", "search"]) => self.search(request),
            (_, ["crm", "v3", "objects", kind, ..]) if !KINDS.contains(kind) => {
                error(400, "VALIDATION_ERROR", &format!("Unable to infer object type from: {kind}"))
            }
            ("GET", ["crm", "v3", "objects", kind]) => self.list(kind, request),
            ("POST", ["crm", "v3", "objects", kind]) => self.create(kind, request),
            (_, ["crm", "v3", "objects", kind, id]) => self.one(kind, id, request),
            _ => error(404, "OBJECT_NOT_FOUND", "resource not found"),
        }
    }

    fn list(&mut self, kind: &str, request: &Request<'_>) -> Reply {
        let table = self.objects.entry(kind.to_owned()).or_default();
        let rows: Vec<Value> = table.rows().iter().map(|object| shown(object, request)).collect();
        page(&rows, request.number("limit", 10), 100, request.query("after"))
    }

    fn search(&mut self, request: &Request<'_>) -> Reply {
        let Some(asked) = request.object() else {
            return error(400, "VALIDATION_ERROR", "Invalid input JSON");
        };
        let words = asked.get("query").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        let table = self.objects.entry("contacts".to_owned()).or_default();
        let rows: Vec<Value> = table.rows().iter().filter(|row| matches(row, &words)).cloned().collect();
        // Numbers may come as texts, as they do from the answer's own `after`.
        let number =
            |name: &str| asked.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        let limit = number("limit").map_or(Some(10), |text| text.parse().ok());
        let mut reply = page(&rows, limit, 200, number("after").as_deref());
        if reply.status == 200 {
            let mut body: Value = serde_json::from_str(&reply.body).expect("what was just written");
            body["total"] = rows.len().into();
            reply.body = body.to_string();
        }
        reply
    }

    fn create(&mut self, kind: &str, request: &Request<'_>) -> Reply {
        let Some(properties) = properties(request) else {
            return error(400, "VALIDATION_ERROR", "Invalid input JSON on line 1, column 1: properties is required");
        };
        if kind == "contacts" && properties.get("email").and_then(Value::as_str).is_some_and(|text| !text.contains('@'))
        {
            return error(400, "VALIDATION_ERROR", "Property values were not valid: INVALID_EMAIL");
        }
        self.made += 1;
        let id = (500 + self.made).to_string();
        let times = json!({ "createdAt": "2026-01-02T03:04:05.678Z", "updatedAt": "2026-01-02T03:04:05.678Z" });
        let mut object = json!({ "id": id, "properties": { "hs_object_id": id }, "archived": false });
        set(&mut object, times.as_object().expect("an object"));
        set(&mut object["properties"], &properties);
        Reply::json(201, &self.objects.entry(kind.to_owned()).or_default().add(object))
    }

    fn one(&mut self, kind: &str, id: &str, request: &Request<'_>) -> Reply {
        let table = self.objects.entry(kind.to_owned()).or_default();
        if request.method == "DELETE" {
            // Deleting what is not there is a success.
            table.remove("id", id);
            return nothing(204);
        }
        let Some(object) = table.find("id", id) else {
            return error(404, "OBJECT_NOT_FOUND", "resource not found");
        };
        match (request.method, properties(request)) {
            ("GET", _) => Reply::json(200, &shown(object, request)),
            ("PATCH", Some(properties)) => {
                set(&mut object["properties"], &properties);
                Reply::json(200, object)
            }
            ("PATCH", None) => error(400, "VALIDATION_ERROR", "Invalid input JSON: properties is required"),
            _ => error(405, "METHOD_NOT_ALLOWED", "HTTP 405 Method Not Allowed"),
        }
    }
}

fn properties(request: &Request<'_>) -> Option<Map<String, Value>> {
    request.object()?.get("properties")?.as_object().cloned()
}

/// An object with the properties that were asked for.
fn shown(object: &Value, request: &Request<'_>) -> Value {
    let asked: Vec<&str> =
        request.query("properties").map_or_else(|| USUAL.to_vec(), |names| names.split(',').collect());
    let mut shown = object.clone();
    let all = object["properties"].as_object().expect("an object");
    let kept = all.iter().filter(|(name, _)| *name == "hs_object_id" || asked.contains(&name.as_str()));
    shown["properties"] = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    shown
}

fn matches(object: &Value, words: &str) -> bool {
    let all = object["properties"].as_object().expect("an object");
    all.values().any(|value| value.as_str().unwrap_or_default().to_lowercase().contains(words))
}

fn owners(request: &Request<'_>) -> Reply {
    let names = ["ada", "grace", "edsger", "barbara", "alan"];
    let all: Vec<Value> = (1..).zip(names).map(|(id, name)| owner(id, name)).collect();
    let wanted = |owner: &Value| request.query("email").is_none_or(|email| owner["email"] == email);
    let rows: Vec<Value> = all.into_iter().filter(wanted).collect();
    page(&rows, request.number("limit", 100), 500, request.query("after"))
}

fn owner(id: u64, name: &str) -> Value {
    json!({ "id": id.to_string(), "email": format!("{name}@example.com"), "firstName": name, "userId": id })
}

fn pipelines() -> Value {
    json!([
        { "id": "default", "label": "Sales", "displayOrder": 0, "stages": [{ "id": "won", "label": "Won" }] },
        { "id": "7", "label": "Renewals", "displayOrder": 1, "stages": [] },
    ])
}

fn page(rows: &[Value], limit: Option<usize>, most: usize, after: Option<&str>) -> Reply {
    let Some(limit) = limit.filter(|limit| (1..=most).contains(limit)) else {
        return error(400, "VALIDATION_ERROR", &format!("limit must be between 1 and {most}"));
    };
    let Some(from) = after.map_or(Some(0), |after| after.parse().ok()) else {
        return error(400, "VALIDATION_ERROR", "after is not a cursor of this list");
    };
    let (results, next) = cut(rows, from, limit);
    let mut body = json!({ "results": results });
    if let Some(next) = next {
        body["paging"] = json!({ "next": { "after": next.to_string(), "link": "https://api.hubapi.com/…" } });
    }
    Reply::json(200, &body)
}

fn error(status: u16, category: &str, message: &str) -> Reply {
    let correlation = "a43683b0-5717-4ceb-80b4-104d02915d8c";
    let body = json!({ "status": "error", "message": message, "correlationId": correlation, "category": category });
    Reply::json(status, &body)
}

//! Pipedrive's API, from <https://developers.pipedrive.com/docs/api/v1> and its guide to version 2: the token in
//! `x-api-token`; cursors and `PATCH` in version 2, `start` with `more_items_in_collection` in version 1, `PUT` for
//! notes; `success` and `data` around everything, and errors with `error`.

use std::collections::BTreeMap;

use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};

use super::{Request, Table, cut, is, set};

/// The API token.
pub(crate) const TOKEN: &str = "5b1f0e7c2d934a68";
/// Most rows of one page.
const MOST: usize = 500;
const SECOND: [&str; 7] = ["organizations", "persons", "deals", "activities", "products", "pipelines", "stages"];

#[derive(Default)]
struct Company {
    tables: BTreeMap<String, Table>,
    made: u64,
}

/// Starts the stand-in of a company that has nothing yet.
pub(crate) async fn start() -> Vendor {
    super::serve(Company::default(), Company::answer).await
}

impl Company {
    fn answer(&mut self, request: &Request<'_>) -> Reply {
        if request.header("x-api-token") != Some(TOKEN) {
            return error(401, "unauthorized access");
        }
        match (request.method, request.path.as_slice()) {
            ("GET", ["v1", "users", "me"]) => told(200, &json!({ "id": 1, "name": "Ada" })),
            ("GET", ["v1", "users"]) => told(200, &json!([user(1, "Ada"), user(2, "Grace"), user(3, "Edsger")])),
            ("GET", ["v1", "users", id @ ("1" | "2" | "3")]) => told(200, &json!({ "id": id, "active_flag": true })),
            ("GET", ["v1", "users", _]) => error(404, "User not found"),
            (method, ["v1", kind @ ("leads" | "notes"), rest @ ..]) => self.one_kind(method, kind, rest, true, request),
            (method, ["api", "v2", kind, rest @ ..]) if SECOND.contains(kind) => {
                self.one_kind(method, kind, rest, false, request)
            }
            _ => error(404, "Unknown method ."),
        }
    }

    fn one_kind(&mut self, method: &str, kind: &str, rest: &[&str], old: bool, request: &Request<'_>) -> Reply {
        let change = if kind == "notes" { "PUT" } else { "PATCH" };
        match (method, rest) {
            ("GET", []) if old => self.skipped(kind, request),
            ("GET", []) => self.pointed(kind, request),
            ("POST", []) => self.create(kind, request),
            ("GET" | "DELETE", [id]) => self.one(method, kind, id),
            (method, [id]) if method == change => self.update(kind, id, request),
            _ => error(404, "Unknown method ."),
        }
    }

    fn skipped(&mut self, kind: &str, request: &Request<'_>) -> Reply {
        let (Some(start), Some(limit)) = (request.number("start", 0), request.number("limit", 100)) else {
            return error(400, "start and limit must be numbers");
        };
        if limit > MOST {
            return error(400, "limit must be less than or equal to 500");
        }
        let (data, next) = cut(self.table(kind).rows(), start, limit);
        let mut pagination = json!({ "start": start, "limit": limit, "more_items_in_collection": next.is_some() });
        if let Some(next) = next {
            pagination["next_start"] = next.into();
        }
        let body = json!({ "success": true, "data": data, "additional_data": { "pagination": pagination } });
        Reply::json(200, &body)
    }

    fn pointed(&mut self, kind: &str, request: &Request<'_>) -> Reply {
        let Some(limit) = request.number("limit", 100).filter(|limit| (1..=MOST).contains(limit)) else {
            return error(400, "Parameter 'limit' must be between 1 and 500");
        };
        let from =
            request.query("cursor").map_or(Some(0), |cursor| cursor.strip_prefix("eyJ").and_then(|n| n.parse().ok()));
        let Some(from) = from else {
            return error(400, "Invalid cursor");
        };
        let mut rows = self.table(kind).rows().to_vec();
        if let Some(owner) = request.query("owner_id") {
            rows.retain(|row| is(&row["owner_id"], owner));
        }
        match (request.query("sort_by"), request.query("sort_direction")) {
            (None | Some("id"), Some("desc")) => rows.reverse(),
            (None | Some("id" | "add_time" | "update_time"), None | Some("asc" | "desc")) => {}
            _ => return error(400, "Parameter 'sort_by' must be one of id, update_time, add_time"),
        }
        let (data, next) = cut(&rows, from, limit);
        let next = next.map(|next| format!("eyJ{next}"));
        Reply::json(200, &json!({ "success": true, "data": data, "additional_data": { "next_cursor": next } }))
    }

    fn create(&mut self, kind: &str, request: &Request<'_>) -> Reply {
        let required = match kind {
            "leads" | "deals" => "title",
            "notes" => "content",
            "activities" => "subject",
            _ => "name",
        };
        let fields = request.object().unwrap_or_default();
        if !fields.contains_key(required) {
            return error(400, &format!("Required field is missing: {required}"));
        }
        self.made += 1;
        let id = if kind == "leads" { json!(format!("adf21080-{}", self.made)) } else { json!(self.made) };
        let mut row = json!({ "id": id, "owner_id": 1, "add_time": "2026-01-02T03:04:05Z", "label": null });
        set(&mut row, &fields);
        told(201, &self.table(kind).add(row))
    }

    fn one(&mut self, method: &str, kind: &str, id: &str) -> Reply {
        let table = self.table(kind);
        let found = if method == "GET" { table.find("id", id).cloned() } else { table.remove("id", id) };
        match found {
            None => error(404, &format!("{kind} not found")),
            Some(row) if method == "GET" => told(200, &row),
            Some(row) => told(200, &json!({ "id": row["id"] })),
        }
    }

    fn update(&mut self, kind: &str, id: &str, request: &Request<'_>) -> Reply {
        let (fields, found) = (request.object(), self.table(kind).find("id", id));
        match (fields, found) {
            (_, None) => error(404, &format!("{kind} not found")),
            (None, _) => error(400, "Bad request"),
            (Some(fields), Some(row)) => {
                set(row, &fields);
                told(200, &row.clone())
            }
        }
    }

    fn table(&mut self, kind: &str) -> &mut Table {
        self.tables.entry(kind.to_owned()).or_default()
    }
}

fn user(id: u64, name: &str) -> Value {
    json!({ "id": id, "name": name, "active_flag": true })
}

fn told(status: u16, data: &Value) -> Reply {
    Reply::json(status, &json!({ "success": true, "data": data }))
}

fn error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "success": false, "error": message }))
}

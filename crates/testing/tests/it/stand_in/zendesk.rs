//! Zendesk's ticketing API, from <https://developer.zendesk.com/api-reference/>: basic auth with `EMAIL/token`, objects
//! wrapped in their name both ways, cursor paging as soon as `page[size]` is there (at most 100) with `meta` and
//! `links`, `PUT` for changes, tickets deleted with 204, a ticket's comment made by changing the ticket, raw uploads.

use std::collections::BTreeMap;

use keyway_testing::{Reply, Vendor};
use serde_json::{Map, Value, json};

use super::{Request, Table, cut, nothing, set};

/// Who uses the API token.
pub(crate) const EMAIL: &str = "ada@example.com";
/// The API token.
pub(crate) const TOKEN: &str = "6wiIBWbGkBMo1mRDMuVwkw1EPsNkeUj95PIz2akv";
/// Both as the provider must get them: `ada@example.com/token:6wiI…` in base64.
const AUTHORIZATION: &str =
    "Basic YWRhQGV4YW1wbGUuY29tL3Rva2VuOjZ3aUlCV2JHa0JNbzFtUkRNdVZ3a3cxRVBzTmtlVWo5NVBJejJha3Y=";
/// Collections that page, and the name of one object in each.
const PAGED: [(&str, &str); 6] = [
    ("tickets", "ticket"),
    ("users", "user"),
    ("organizations", "organization"),
    ("groups", "group"),
    ("ticket_fields", "ticket_field"),
    ("brands", "brand"),
];

#[derive(Default)]
struct Account {
    tables: BTreeMap<String, Table>,
    made: u64,
}

/// Starts the stand-in of an account with two agents, and no tickets.
pub(crate) async fn start() -> Vendor {
    let mut account = Account::default();
    for (name, role) in [("Ada", "admin"), ("Grace", "agent")] {
        let fields = json!({ "name": name, "role": role });
        account.add("users", fields.as_object().expect("an object"));
    }
    super::serve(account, Account::answer).await
}

impl Account {
    fn answer(&mut self, request: &Request<'_>) -> Reply {
        if request.header("authorization") != Some(AUTHORIZATION) {
            return Reply::json(401, &json!({ "error": "Couldn't authenticate you" }));
        }
        let ["api", "v2", path @ ..] = request.path.as_slice() else {
            return missing();
        };
        match (request.method, path) {
            ("GET", ["users", "me"]) => Reply::json(200, &json!({ "user": { "id": 1, "name": "Ada" } })),
            ("GET", ["custom_statuses"]) => Reply::json(200, &json!({ "custom_statuses": statuses() })),
            ("GET", ["slas", "policies"]) => Reply::json(200, &json!({ "sla_policies": [], "count": 0 })),
            ("POST", ["uploads"]) => self.upload(request),
            ("GET", ["attachments", id]) => self.attachment(id),
            ("GET", ["tickets", id, "comments"]) => self.list(&format!("comments of {id}"), "comments", request),
            (_, [kind, ..]) => match PAGED.iter().find(|(name, _)| name == kind) {
                Some((kind, name)) => self.of_kind(kind, name, &path[1..], request),
                None => missing(),
            },
            _ => missing(),
        }
    }

    fn of_kind(&mut self, kind: &str, name: &str, rest: &[&str], request: &Request<'_>) -> Reply {
        match (request.method, rest) {
            ("GET", []) => self.list(kind, kind, request),
            ("POST", []) => self.create(kind, name, request),
            ("GET", [id]) => match self.table(kind).find("id", id) {
                Some(row) => Reply::json(200, &json!({ name: row })),
                None => missing(),
            },
            ("PUT", [id]) => self.update(kind, name, id, request),
            ("DELETE", [id]) => match self.table(kind).remove("id", id) {
                // A deleted user stays readable as inactive and is answered; all else is just gone.
                Some(row) if kind == "users" => Reply::json(200, &json!({ name: row })),
                Some(_) => nothing(204),
                None => missing(),
            },
            _ => Reply::json(405, &json!({ "error": "MethodNotAllowed", "description": "Method not allowed" })),
        }
    }

    fn list(&mut self, kind: &str, name: &str, request: &Request<'_>) -> Reply {
        let mut rows = self.table(kind).rows().to_vec();
        if let Some(external) = request.query("external_id") {
            rows.retain(|row| row["external_id"] == external);
        }
        let roles = [request.every("role"), request.every("role[]")].concat();
        if !roles.is_empty() {
            rows.retain(|row| roles.contains(&row["role"].as_str().unwrap_or_default()));
        }
        match request.query("sort") {
            None | Some("id" | "created_at") => {}
            Some("-id" | "-created_at") => rows.reverse(),
            Some(_) => return invalid_paging("sort is not valid"),
        }
        let Some(size) = request.number("page[size]", 0) else {
            return invalid_paging("page[size] must be a number");
        };
        if size == 0 {
            // Without `page[size]` the answer is in the older paging by numbers.
            return Reply::json(200, &json!({ name: rows, "next_page": null, "count": 0 }));
        }
        let from = request.query("page[after]").map_or(Some(0), |cursor| cursor.strip_suffix("==")?.parse().ok());
        match from {
            Some(from) if size <= 100 => Reply::json(200, &page(name, &rows, from, size)),
            _ => invalid_paging("page[size] or page[after] is not valid"),
        }
    }

    fn create(&mut self, kind: &str, name: &str, request: &Request<'_>) -> Reply {
        let Some(fields) = unwrapped(name, request) else {
            return Reply::json(400, &json!({ "error": "BadRequest", "description": format!("{name} is missing") }));
        };
        if kind == "tickets" && !fields.contains_key("comment") && !fields.contains_key("description") {
            let details = json!({ "base": [{ "description": "Description: cannot be blank" }] });
            let body =
                json!({ "error": "RecordInvalid", "description": "Record validation errors", "details": details });
            return Reply::json(422, &body);
        }
        let row = self.add(kind, &fields);
        if let Some(comment) = fields.get("comment").and_then(Value::as_object) {
            self.add(&format!("comments of {}", row["id"]), comment);
        }
        Reply::json(201, &json!({ name: row }))
    }

    fn update(&mut self, kind: &str, name: &str, id: &str, request: &Request<'_>) -> Reply {
        let Some(mut fields) = unwrapped(name, request) else {
            return Reply::json(400, &json!({ "error": "BadRequest", "description": format!("{name} is missing") }));
        };
        let comment = fields.remove("comment");
        let Some(row) = self.table(kind).find("id", id) else {
            return missing();
        };
        set(row, &fields);
        let row = row.clone();
        let mut events = Vec::new();
        if let Some(comment) = comment.as_ref().and_then(Value::as_object) {
            let mut event = self.add(&format!("comments of {id}"), comment);
            event["type"] = "Comment".into();
            events.push(event);
        }
        Reply::json(200, &json!({ name: row, "audit": { "id": 9001, "events": events } }))
    }

    fn upload(&mut self, request: &Request<'_>) -> Reply {
        let (Some(name), Some(kind)) = (request.query("filename"), request.header("content-type")) else {
            return Reply::json(400, &json!({ "error": "BadRequest", "description": "filename is missing" }));
        };
        let fields = json!({ "file_name": name, "content_type": kind, "size": request.seen.body.len() });
        let attachment = self.add("attachments", fields.as_object().expect("an object"));
        let upload = json!({ "token": "6bk3gql82em5nmf", "attachment": attachment, "attachments": [attachment] });
        Reply::json(201, &json!({ "upload": upload }))
    }

    fn attachment(&mut self, id: &str) -> Reply {
        match self.table("attachments").find("id", id) {
            Some(attachment) => Reply::json(200, &json!({ "attachment": attachment })),
            None => missing(),
        }
    }

    fn add(&mut self, kind: &str, fields: &Map<String, Value>) -> Value {
        self.made += 1;
        let mut row = json!({ "id": self.made, "created_at": "2026-01-02T03:04:05Z" });
        set(&mut row, fields);
        self.table(kind).add(row)
    }

    fn table(&mut self, kind: &str) -> &mut Table {
        self.tables.entry(kind.to_owned()).or_default()
    }
}

fn unwrapped(name: &str, request: &Request<'_>) -> Option<Map<String, Value>> {
    request.object()?.get(name)?.as_object().cloned()
}

fn page(name: &str, rows: &[Value], from: usize, size: usize) -> Value {
    let (rows, next) = cut(rows, from, size);
    // There is a cursor on the last page too: only `has_more` says whether it leads anywhere.
    let cursor = (!rows.is_empty()).then(|| format!("{}==", from + rows.len()));
    let url = next.map(|_| "https://example.zendesk.com/api/v2/…");
    let meta = json!({ "has_more": next.is_some(), "after_cursor": cursor, "before_cursor": null });
    json!({ name: rows, "meta": meta, "links": { "next": url, "prev": null } })
}

fn statuses() -> Value {
    let names = [(1, "new", "New"), (2, "open", "Open"), (3, "solved", "Solved")];
    let one = |(id, category, label)| json!({ "id": id, "status_category": category, "agent_label": label });
    names.into_iter().map(one).collect()
}

fn missing() -> Reply {
    Reply::json(404, &json!({ "error": "RecordNotFound", "description": "Not found" }))
}

fn invalid_paging(what: &str) -> Reply {
    Reply::json(400, &json!({ "error": "InvalidPaginationParameter", "description": what }))
}

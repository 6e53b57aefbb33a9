//! Jira Cloud's platform API, version 3, from <https://developer.atlassian.com/cloud/jira/platform/rest/v3/>: basic auth
//! with email and API token; issues by `search/jql` with `nextPageToken` and nothing but ids unless fields are asked
//! for; `startAt` elsewhere; plain lists of users, statuses, kinds and fields; 204 after changes unless the issue is
//! asked back; errors with `errorMessages` and `errors`.

use std::collections::BTreeMap;

use keyway_testing::{Reply, Vendor};
use serde_json::{Map, Value, json};

use super::{Request, Table, cut, nothing, set};

/// The account's email.
pub(crate) const EMAIL: &str = "ada@example.com";
/// Its API token.
pub(crate) const TOKEN: &str = "ATATT3xFfGF0";
/// Both as the provider must get them: `ada@example.com:ATATT3xFfGF0` in base64.
const AUTHORIZATION: &str = "Basic YWRhQGV4YW1wbGUuY29tOkFUQVRUM3hGZkdGMA==";
/// Most rows of one page; more are asked for in vain.
const MOST: usize = 100;

#[derive(Default)]
struct Site {
    issues: Table,
    groups: Table,
    /// Comments and worklogs, by issue and kind.
    below: BTreeMap<String, Table>,
    made: u64,
}

/// Starts the stand-in of a site with the project `KEY` and no issues.
pub(crate) async fn start() -> Vendor {
    super::serve(Site::default(), Site::answer).await
}

impl Site {
    fn answer(&mut self, request: &Request<'_>) -> Reply {
        if request.header("authorization") != Some(AUTHORIZATION) {
            return error(401, "Client must be authenticated to access this resource.");
        }
        let ["rest", "api", "3", path @ ..] = request.path.as_slice() else {
            return error(404, "null for uri");
        };
        match (request.method, path) {
            ("GET", ["search", "jql"]) => self.search(request),
            ("POST", ["issue"]) => self.create(request),
            (_, ["issue", id]) => self.one(id, request),
            (_, ["issue", id, kind @ ("comment" | "worklog"), rest @ ..]) => self.below(id, kind, rest, request),
            ("GET", ["group", "bulk"]) => counted(self.groups.rows(), "values", request),
            ("POST", ["group"]) => self.create_group(request),
            ("DELETE", ["group"]) => {
                match self.groups.remove("groupId", request.query("groupId").unwrap_or_default()) {
                    Some(_) => nothing(200),
                    None => error(404, "The group does not exist."),
                }
            }
            ("GET", path) => fixed(path, request),
            _ => error(405, "Method Not Allowed"),
        }
    }

    fn search(&self, request: &Request<'_>) -> Reply {
        let (condition, order) = split_order(request.query("jql").unwrap_or_default());
        if condition.is_empty() {
            return error(
                400,
                "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
            );
        }
        let Some(wanted) = wanted(condition) else {
            return error(400, &format!("Error in the JQL Query: '{condition}'"));
        };
        let mut rows: Vec<Value> = self.issues.rows().iter().filter(|issue| wanted(issue)).cloned().collect();
        if order.ends_with("DESC") {
            rows.reverse();
        }
        let (Some(size), Some(from)) = (request.number("maxResults", 50), request.number("nextPageToken", 0)) else {
            return error(400, "The provided next page token is invalid or expired.");
        };
        if request.query("fields").is_none() {
            rows = rows.iter().map(|issue| json!({ "id": issue["id"] })).collect();
        }
        let (issues, next) = cut(&rows, from, size.min(MOST));
        let mut body = json!({ "issues": issues, "isLast": next.is_none() });
        if let Some(next) = next {
            body["nextPageToken"] = next.to_string().into();
        }
        Reply::json(200, &body)
    }

    fn create(&mut self, request: &Request<'_>) -> Reply {
        let Some(fields) = fields(request) else {
            return error(400, "Can not construct an issue: fields is missing");
        };
        if !fields.contains_key("summary") {
            let errors = json!({ "summary": "You must specify a summary of the issue." });
            return Reply::json(400, &json!({ "errorMessages": [], "errors": errors }));
        }
        self.made += 1;
        let (id, key) = ((10_000 + self.made).to_string(), format!("KEY-{}", self.made));
        let mut all = json!({ "created": "2026-01-02T03:04:05.678+0000", "resolution": null });
        set(&mut all, &fields);
        self.issues.add(json!({ "id": id, "key": key, "fields": all }));
        Reply::json(201, &json!({ "id": id, "key": key, "self": "https://example.atlassian.net/…" }))
    }

    fn one(&mut self, id: &str, request: &Request<'_>) -> Reply {
        let Some(issue) = self.issues.find("id", id) else {
            return error(404, "Issue does not exist or you do not have permission to see it.");
        };
        match request.method {
            "GET" => Reply::json(200, issue),
            "PUT" => {
                set(&mut issue["fields"], &fields(request).unwrap_or_default());
                if request.query("returnIssue") == Some("true") { Reply::json(200, issue) } else { nothing(204) }
            }
            "DELETE" => {
                self.issues.remove("id", id);
                nothing(204)
            }
            _ => error(405, "Method Not Allowed"),
        }
    }

    fn below(&mut self, id: &str, kind: &str, rest: &[&str], request: &Request<'_>) -> Reply {
        if self.issues.find("id", id).is_none() {
            return error(404, "Issue does not exist or you do not have permission to see it.");
        }
        let table = self.below.entry(format!("{id} {kind}")).or_default();
        let name = if kind == "comment" { "comments" } else { "worklogs" };
        match (request.method, rest) {
            ("GET", []) => counted(table.rows(), name, request),
            ("POST", []) => {
                self.made += 1;
                let mut row = json!({ "id": (20_000 + self.made).to_string() });
                set(&mut row, &request.object().unwrap_or_default());
                Reply::json(201, &table.add(row))
            }
            (method, [one]) => match table.find("id", one) {
                None => error(404, &format!("Can not find a {kind} for the id: {one}.")),
                Some(row) if method == "PUT" => {
                    set(row, &request.object().unwrap_or_default());
                    Reply::json(200, row)
                }
                Some(_) if method == "DELETE" => {
                    table.remove("id", one);
                    nothing(204)
                }
                Some(row) => Reply::json(200, row),
            },
            _ => error(405, "Method Not Allowed"),
        }
    }

    fn create_group(&mut self, request: &Request<'_>) -> Reply {
        let Some(name) = request.object().and_then(|body| body.get("name")?.as_str().map(str::to_owned)) else {
            return error(400, "The group name must not be empty.");
        };
        self.made += 1;
        let group = json!({ "groupId": format!("276f955c-{}", self.made), "name": name });
        Reply::json(201, &self.groups.add(group))
    }
}

/// What a site has from the beginning.
fn fixed(path: &[&str], request: &Request<'_>) -> Reply {
    let people = ["Ada", "Grace", "Edsger", "Barbara", "Alan"].map(person);
    match path {
        ["myself"] => Reply::json(200, &people[0]),
        ["users", "search"] => {
            let (Some(from), Some(size)) = (request.number("startAt", 0), request.number("maxResults", 50)) else {
                return error(400, "startAt and maxResults must be numbers");
            };
            Reply::json(200, &cut(&people, from, size).0.into())
        }
        ["user"] => {
            match people.iter().find(|one| one["accountId"] == request.query("accountId").unwrap_or_default()) {
                Some(person) => Reply::json(200, person),
                None => error(404, "Specified user does not exist or you do not have required permissions"),
            }
        }
        ["project", "search"] => {
            counted(&[json!({ "id": "10000", "key": "KEY" }), json!({ "id": "10001", "key": "EX" })], "values", request)
        }
        ["project", "KEY" | "10000"] => Reply::json(200, &json!({ "id": "10000", "key": "KEY" })),
        ["priority", "search"] => counted(&named(["Highest", "High", "Medium", "Low"]), "values", request),
        ["status"] => Reply::json(200, &json!(named(["To Do", "In Progress", "Done"]))),
        ["issuetype"] => Reply::json(200, &json!(named(["Task", "Bug", "Epic"]))),
        ["field"] => {
            Reply::json(200, &json!([{ "id": "summary", "name": "Summary" }, { "id": "labels", "name": "Labels" }]))
        }
        ["projectCategory"] => Reply::json(200, &json!(named(["Inside", "Outside", "Beside"]))),
        _ => error(404, "null for uri"),
    }
}

fn person(name: &str) -> Value {
    let id = format!("5b10ac8d82e05b22cc7d4ef5:{name}");
    json!({ "accountId": id, "accountType": "atlassian", "displayName": name, "active": true })
}

fn named<const N: usize>(names: [&str; N]) -> [Value; N] {
    let mut id = 0;
    names.map(|name| {
        id += 1;
        json!({ "id": id.to_string(), "name": name })
    })
}

fn counted(rows: &[Value], name: &str, request: &Request<'_>) -> Reply {
    let (Some(from), Some(size)) = (request.number("startAt", 0), request.number("maxResults", 50)) else {
        return error(400, "startAt and maxResults must be numbers");
    };
    let size = size.min(MOST);
    let (page, next) = cut(rows, from, size);
    let body =
        json!({ name: page, "startAt": from, "maxResults": size, "total": rows.len(), "isLast": next.is_none() });
    Reply::json(200, &body)
}

fn fields(request: &Request<'_>) -> Option<Map<String, Value>> {
    request.object()?.get("fields")?.as_object().cloned()
}

/// A query without its order, and the order.
fn split_order(jql: &str) -> (&str, &str) {
    let at = jql.find("ORDER BY").unwrap_or(jql.len());
    (jql[..at].trim(), jql[at..].trim())
}

/// The two conditions that this stand-in knows.
fn wanted(condition: &str) -> Option<impl Fn(&Value) -> bool> {
    let label = condition.strip_prefix("labels = ").map(|label| json!(label));
    if label.is_none() && condition != "created >= \"1970-01-01\"" {
        return None;
    }
    let has =
        |issue: &Value, label: &Value| issue["fields"]["labels"].as_array().is_some_and(|all| all.contains(label));
    Some(move |issue: &Value| label.as_ref().is_none_or(|label| has(issue, label)))
}

fn error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "errorMessages": [message], "errors": {} }))
}

//! A stand-in of GitHub for what nobody recorded, written from <https://docs.github.com/rest>: numbered pages that a
//! `Link` header leads through by the repository's id, filters, order, files, and the documented refusals.

use std::collections::BTreeMap;
use std::sync::Mutex;

use keyway_testing::{Reply, Seen, Vendor};
use serde_json::{Value, json};
use url::form_urlencoded;

/// A personal access token.
pub(crate) const TOKEN: &str = "github_pat_11ABCDEFG0";
/// Largest page.
const MOST: usize = 100;

/// The running stand-in, with the repository `octo-org/hello`.
pub(crate) struct GithubService(Vendor);

struct Repository {
    issues: Vec<Value>,
    /// Where callers find it, which the links need.
    root: Option<String>,
}

type Query = BTreeMap<String, String>;

impl GithubService {
    /// A repository with issues whose numbers count from one; those with an even number are closed.
    pub(crate) async fn start(issues: usize) -> Self {
        let issues = (1..=issues).map(|number| issue(number, &format!("Größe {number}"))).collect();
        let repository = Mutex::new(Repository { issues, root: None });
        let script = move |seen: &Seen| {
            let mut repository = repository.lock().expect("no holder of this lock panics");
            repository.answer(seen)
        };
        Self(Vendor::start(script).await)
    }

    pub(crate) fn url(&self) -> String {
        self.0.url()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.seen()
    }
}

impl Repository {
    fn answer(&mut self, seen: &Seen) -> Reply {
        if !seen.headers.contains_key("user-agent") {
            return Reply {
                status: 403,
                headers: Vec::new(),
                body: "Please make sure your request has a User-Agent".into(),
            };
        }
        let credential = seen.headers.get("authorization").and_then(|value| value.to_str().ok());
        if credential != Some(&format!("token {TOKEN}")) && credential != Some(&format!("Bearer {TOKEN}")) {
            return refused(401, "Bad credentials");
        }
        self.root = seen.headers.get("host").and_then(|host| host.to_str().ok()).map(|host| format!("http://{host}"));
        let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
        let query: Query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let own = path.strip_prefix("/repos/octo-org/hello").or_else(|| path.strip_prefix("/repositories/1"));
        let Some(own) = own else {
            return refused(404, "Not Found");
        };
        let body: Value = serde_json::from_slice(&seen.body).unwrap_or_default();
        match (seen.method.as_str(), own) {
            ("GET", "") => Reply::json(200, &json!({ "id": 1, "full_name": "octo-org/hello", "homepage": null })),
            ("GET", "/issues") => self.list(&query),
            ("POST", "/issues") => self.create(&body),
            ("GET", "/pulls/1/merge") => Reply { status: 204, headers: Vec::new(), body: String::new() },
            ("PUT", "/pulls/2/merge") => Reply::json(200, &json!({ "merged": true, "method": body["merge_method"] })),
            ("GET", "/contents/") => Reply::json(200, &json!([{ "path": "README.md" }, { "path": "src" }])),
            ("GET", "/contents/src/bin") => Reply::json(200, &json!([{ "path": "src/bin/a b.rs" }])),
            (method, "/contents/src%2Fbin%2Fa%20b.rs") => file(method, &query, &body),
            (method, path) => match path.strip_prefix("/issues/").and_then(|number| number.parse().ok()) {
                Some(number) => self.one(method, number, &body),
                None => refused(404, "Not Found"),
            },
        }
    }

    /// Open issues, the newest first, unless the query says otherwise.
    fn list(&self, query: &Query) -> Reply {
        let state = query.get("state").map_or("open", String::as_str);
        let is_wanted = |issue: &&Value| state == "all" || issue["state"] == state;
        let mut found: Vec<&Value> = self.issues.iter().rev().filter(is_wanted).collect();
        if query.get("direction").is_some_and(|direction| direction == "asc") {
            found.reverse();
        }
        let number = |name: &str, otherwise: usize| {
            let given = query.get(name).and_then(|text| text.parse().ok());
            given.filter(|number| *number > 0).unwrap_or(otherwise)
        };
        let (size, page) = (number("per_page", 30).min(MOST), number("page", 1));
        let last = found.len().div_ceil(size).max(1);
        let rows: Vec<&Value> = found.into_iter().skip((page - 1) * size).take(size).collect();
        let reply = Reply::json(200, &json!(rows));
        match self.links(query, page, last) {
            links if links.is_empty() => reply,
            links => reply.header("link", &links),
        }
    }

    fn links(&self, query: &Query, page: usize, last: usize) -> String {
        let root = self.root.as_deref().unwrap_or_default();
        let link = |relation: &str, page: usize| {
            let mut query = query.clone();
            query.insert("page".to_owned(), page.to_string());
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&query).finish();
            format!("<{root}/repositories/1/issues?{query}>; rel=\"{relation}\"")
        };
        let before = [("prev", page.wrapping_sub(1)), ("first", 1)].into_iter().filter(|_| page > 1);
        let after = [("next", page + 1), ("last", last)].into_iter().filter(|_| page < last);
        let links: Vec<String> = before.chain(after).map(|(relation, page)| link(relation, page)).collect();
        links.join(", ")
    }

    fn create(&mut self, body: &Value) -> Reply {
        let Some(title) = body["title"].as_str() else {
            let problem = json!([{ "resource": "Issue", "code": "missing_field", "field": "title" }]);
            return Reply::json(422, &json!({ "message": "Validation Failed", "errors": problem, "status": "422" }));
        };
        let issue = issue(self.issues.len() + 1, title);
        self.issues.push(issue.clone());
        Reply::json(201, &issue)
    }

    fn one(&mut self, method: &str, number: usize, body: &Value) -> Reply {
        let Some(issue) = self.issues.iter_mut().find(|issue| issue["number"] == number) else {
            return refused(404, "Not Found");
        };
        match (method, body.as_object()) {
            ("GET", _) => Reply::json(200, issue),
            ("PATCH", Some(members)) => {
                for (name, value) in members {
                    issue[name] = value.clone();
                }
                Reply::json(200, issue)
            }
            _ => refused(404, "Not Found"),
        }
    }
}

fn issue(number: usize, title: &str) -> Value {
    let state = if number.is_multiple_of(2) { "closed" } else { "open" };
    json!({ "id": 1000 + number, "number": number, "title": title, "state": state, "milestone": null })
}

fn file(method: &str, query: &Query, body: &Value) -> Reply {
    match method {
        "GET" => Reply::json(200, &json!({ "path": "src/bin/a b.rs", "sha": "3d21ec5", "ref": query.get("ref") })),
        "PUT" => Reply::json(201, &json!({ "commit": { "message": body["message"], "branch": body["branch"] } })),
        "DELETE" if body["sha"] == "3d21ec5" && body["message"].is_string() => {
            Reply::json(200, &json!({ "content": null, "commit": { "message": body["message"] } }))
        }
        _ => refused(422, "Invalid request.\n\n\"sha\" wasn't supplied."),
    }
}

fn refused(status: u16, message: &str) -> Reply {
    let docs = "https://docs.github.com/rest";
    Reply::json(status, &json!({ "message": message, "documentation_url": docs, "status": status.to_string() }))
}

//! The `CouchDB` connector through the hub API, against the implementation of its interface that `PouchDB` has.

use std::path::Path;

use keyway_testing::{Client, Counterpart, TestServer, counterparts, free_port};
use serde_json::{Value, json};

use crate::hub_laws::{ask, assert_our_refusal, assert_refused, column, id, keeps_the_laws_of_paging, members, page};
use crate::setup::{ask_for_instance, instances_kept, provision};

const DOCUMENTS: &str = "/hubs/general/documents";
const USER: &str = "ada";
const PASSWORD: &str = "pass: word";

struct Lab {
    _server: TestServer,
    couchdb: Counterpart,
    client: Client,
}

impl Lab {
    /// A database with documents whose numbers count from one.
    async fn start(count: usize) -> Self {
        let (server, couchdb) = (TestServer::start(), couchdb().await);
        let instance = provision(&server, "couchdb", &configuration(&couchdb, PASSWORD)).await;
        let client = server.admin_with_element(&instance.token);
        let lab = Self { _server: server, couchdb, client };
        let documents: Vec<Value> = (1..=count)
            .map(|number| json!({ "_id": format!("item-{number:04}"), "number": number, "title": "Größe" }))
            .collect();
        lab.direct("POST", "/shop/_bulk_docs", &json!({ "docs": documents })).await;
        lab
    }

    async fn direct(&self, method: &str, path: &str, body: &Value) {
        direct(&self.couchdb, method, path, body).await;
    }
}

async fn direct(couchdb: &Counterpart, method: &str, path: &str, body: &Value) {
    let url = format!("{}{path}", couchdb.url());
    let client = Client::new(&url, None);
    let request = client.raw(method, &url).basic_auth(USER, Some(PASSWORD)).json(body);
    let answer = client.send(request).await;
    assert!((200..300).contains(&answer.status), "{}", answer.text);
}

/// A server with the database `shop`.
async fn couchdb() -> Counterpart {
    let (port, folder) = (free_port(), counterparts().join("node"));
    let script = include_str!("../../../../counterparts/couchdb.cjs");
    let couchdb = Counterpart::start(Path::new("node"), &["-e", script, &port.to_string()], &folder, port);
    direct(&couchdb, "PUT", "/shop", &json!({})).await;
    couchdb
}

fn configuration(couchdb: &Counterpart, password: &str) -> Value {
    json!({ "base.url": couchdb.url(), "couchdb.database": "shop", "username": USER, "password": password })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_makes_no_instance() {
    let (server, couchdb) = (TestServer::start(), couchdb().await);
    let refused = ask_for_instance(&server, "couchdb", &configuration(&couchdb, "another")).await;
    assert_refused(&refused, 401, "Name or password is incorrect.");
    assert_eq!(instances_kept(&server).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_made_read_changed_and_deleted_by_its_revision() {
    let lab = Lab::start(0).await;
    let made = lab.client.post(DOCUMENTS, json!({ "title": "a / b", "number": 1 })).await.ok();
    let one = format!("{DOCUMENTS}/{}", id(&made));
    let first = made["rev"].as_str().expect("a revision");
    assert_eq!(lab.client.get(&one).await.ok()["title"], "a / b");

    let changed = lab.client.put(&format!("{one}?rev={first}"), json!({ "title": "new" })).await.ok();
    let second = changed["rev"].as_str().expect("a revision");
    let (now, then) = (lab.client.get(&one).await.ok(), lab.client.get(&format!("{one}?rev={first}")).await.ok());
    assert_eq!(json!([now["title"], then["title"]]), json!(["new", "a / b"]));

    assert_refused(&lab.client.put(&format!("{one}?rev={first}"), json!({ "title": "late" })).await, 409, "conflict");
    // The provider cannot change a part of a document.
    assert_our_refusal(&lab.client.patch(&format!("{one}?rev={second}"), json!({ "title": "part" })).await, 405);
    assert_our_refusal(&lab.client.delete(&one).await, 400);
    assert_refused(&lab.client.delete(&format!("{one}?rev={first}")).await, 409, "conflict");
    assert_eq!(lab.client.delete(&format!("{one}?rev={second}")).await.status, 200);
    assert_refused(&lab.client.get(&one).await, 404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_documents_are_asked_for_in_the_body() {
    let lab = Lab::start(7).await;
    let two = page(&lab.client, DOCUMENTS, &[("pageSize", "3"), ("page", "2")]).await;
    assert_eq!(column(&two.rows, "number"), json!([4, 5, 6]));
    // The provider does not say that a page is the last one.
    keeps_the_laws_of_paging(&lab.client, DOCUMENTS, 7).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_rows_are_asked_for_in_the_query() {
    let lab = Lab::start(7).await;
    keeps_the_laws_of_paging(&lab.client, "/hubs/general/rows", 7).await;
    keeps_the_laws_of_paging(&lab.client, "/hubs/general/rows?descending=true", 7).await;
    let two = page(&lab.client, "/hubs/general/rows", &[("pageSize", "3"), ("page", "2")]).await;
    assert_eq!(column(&two.rows, "id"), json!(["item-0004", "item-0005", "item-0006"]));
    assert_eq!(two.total.as_deref(), Some("7"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_be_larger_than_the_largest_of_the_connector() {
    let lab = Lab::start(1234).await;
    for path in [DOCUMENTS, "/hubs/general/rows?include_docs=true"] {
        let found = page(&lab.client, path, &[("pageSize", "1230")]).await;
        assert_eq!((found.rows.len(), found.next.is_some()), (1230, true), "{path}");
        let token = found.next.unwrap_or_default();
        let rest = page(&lab.client, path, &[("pageSize", "1230"), ("nextPage", &token)]).await;
        assert_eq!((rest.rows.len(), rest.next), (4, None), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_keeps_only_the_fields_that_are_asked_for() {
    let lab = Lab::start(2).await;
    let found = page(&lab.client, DOCUMENTS, &[("fields", "_id,number")]).await;
    assert_eq!(json!(found.rows), json!([{ "_id": "item-0001", "number": 1 }, { "_id": "item-0002", "number": 2 }]));
    assert_eq!(lab.client.get("/hubs/general/databases").await.ok(), json!(["shop"]));
    for (name, value) in [("where", "number=1"), ("orderBy", "number asc")] {
        assert_our_refusal(&ask(&lab.client, DOCUMENTS, &[(name, value)]).await, 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_view_come_in_the_order_of_its_keys() {
    let lab = Lab::start(5).await;
    let map = "function (document) { emit(-document.number, document.title); }";
    let design = json!({ "views": { "backwards": { "map": map } } });
    lab.direct("PUT", "/shop/_design/numbers", &design).await;
    let path = "/hubs/general/designs/numbers/views/backwards";
    keeps_the_laws_of_paging(&lab.client, path, 5).await;
    let found = page(&lab.client, path, &[("startkey", "-2")]).await;
    assert_eq!(column(&found.rows, "id"), json!(["item-0002", "item-0001"]));
    assert_eq!(members(&found.rows[0]), json!(["id", "key", "value"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attachment_is_kept_byte_by_byte() {
    let lab = Lab::start(1).await;
    let revision = lab.client.get(&format!("{DOCUMENTS}/item-0001")).await.ok()["_rev"].clone();
    let revision = revision.as_str().expect("a revision");
    let path = format!("{DOCUMENTS}/item-0001/attachments/a%20b.txt");
    let upload = lab.client.request("POST", &format!("{path}?rev={revision}"));
    let kept = lab.client.send(upload.header("content-type", "text/plain").body("Größe: \u{1F511}\r\n")).await.ok();
    assert_eq!(kept["ok"], true, "{kept}");
    let read = lab.client.get(&path).await;
    assert_eq!((read.status, read.text.as_str()), (200, "Größe: \u{1F511}\r\n"));
    assert_eq!(read.header("content-type"), Some("text/plain"));

    let revision = kept["rev"].as_str().expect("a revision");
    assert_eq!(lab.client.delete(&format!("{path}?rev={revision}")).await.status, 200);
    assert_eq!(lab.client.get(&path).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_carry_the_words_of_the_provider() {
    let lab = Lab::start(1).await;
    assert_refused(&lab.client.get(&format!("{DOCUMENTS}/nothing")).await, 404, "missing");
    assert_refused(&lab.client.post(DOCUMENTS, json!({ "_id": 7 })).await, 400, "must contain a string");
    assert_our_refusal(&ask(&lab.client, DOCUMENTS, &[("nextPage", "nonsense")]).await, 400);
}

//! The Kinto connector through the hub API, against a real Kinto: pages that a header names, filters, preconditions.

use keyway_testing::{Client, Counterpart, TestServer};
use serde_json::{Value, json};

use crate::hub_laws::{ask, assert_our_refusal, assert_refused, column, id, keeps_the_laws_of_paging, members, page};
use crate::setup::{ask_for_instance, instances_kept, kinto, provision};

const RECORDS: &str = "/hubs/general/buckets/blog/collections/posts/records";

struct Lab {
    _server: TestServer,
    kinto: Counterpart,
    client: Client,
}

impl Lab {
    async fn start() -> Self {
        let (server, kinto) = (TestServer::start(), kinto());
        let configuration = configuration(&kinto);
        let instance = provision(&server, "kinto", &configuration).await;
        let client = server.admin_with_element(&instance.token);
        Self { _server: server, kinto, client }
    }

    /// A collection with records whose numbers count from one, made 25 at a time, which is what Kinto takes.
    async fn with_records(count: usize) -> Self {
        let lab = Self::start().await;
        lab.client.post("/hubs/general/buckets", json!({ "id": "blog" })).await.ok();
        lab.client.post("/hubs/general/buckets/blog/collections", json!({ "id": "posts" })).await.ok();
        let numbers: Vec<usize> = (1..=count).collect();
        for some in numbers.chunks(25) {
            lab.put_records(some).await;
        }
        lab
    }

    async fn put_records(&self, numbers: &[usize]) {
        let requests: Vec<Value> = numbers
            .iter()
            .map(|number| {
                let path = format!("/buckets/blog/collections/posts/records/post-{number}");
                let record = json!({ "number": number, "title": format!("Größe {number}"), "even": number % 2 == 0 });
                json!({ "method": "PUT", "path": path, "body": { "data": record } })
            })
            .collect();
        let url = format!("{}/v1/batch", self.kinto.url());
        let direct = Client::new(&url, None);
        let request = direct.raw("POST", &url).basic_auth("ada lovelace", Some("pass: word"));
        direct.send(request.json(&json!({ "requests": requests }))).await.ok();
    }
}

fn configuration(kinto: &Counterpart) -> Value {
    json!({ "base.url": format!("{}/v1", kinto.url()), "username": "ada lovelace", "password": "pass: word" })
}

#[tokio::test(flavor = "multi_thread")]
async fn buckets_collections_and_records_are_made_read_changed_and_deleted() {
    let lab = Lab::with_records(1).await;
    let client = &lab.client;
    let made = client.post(RECORDS, json!({ "number": 2, "title": "a / b", "draft": true })).await.ok();
    assert_eq!(json!([made["number"], made["title"]]), json!([2, "a / b"]), "{made}");
    let one = format!("{RECORDS}/{}", id(&made));
    let changed = client.patch(&one, json!({ "title": "new" })).await.ok();
    let read = client.get(&one).await.ok();
    assert_eq!(json!([changed["title"], read["title"], read["draft"]]), json!(["new", "new", true]));
    let replaced = client.put(&one, json!({ "number": 3 })).await.ok();
    assert_eq!(json!([replaced["number"], replaced["draft"]]), json!([3, true]), "PUT keeps what is absent");
    assert_eq!(client.delete(&one).await.status, 200);
    assert_refused(&client.get(&one).await, 404, "Not Found");

    for path in ["/hubs/general/buckets/blog/collections/posts", "/hubs/general/buckets/blog"] {
        assert!(client.get(path).await.ok()["last_modified"].is_number());
        assert_eq!(client.delete(path).await.status, 200);
    }
    assert_eq!(client.get("/hubs/general/buckets").await.ok(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_without_the_api_makes_no_instance() {
    let (server, kinto) = (TestServer::start(), kinto());
    let mut wrong = configuration(&kinto);
    wrong["base.url"] = json!(format!("{}/v7", kinto.url()));
    let refused = ask_for_instance(&server, "kinto", &wrong).await;
    assert!(refused.status >= 400, "{}", refused.text);
    assert_eq!(instances_kept(&server).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_the_header_that_names_the_next_one() {
    let lab = Lab::with_records(7).await;
    keeps_the_laws_of_paging(&lab.client, RECORDS, 7).await;
    keeps_the_laws_of_paging(&lab.client, &format!("{RECORDS}?orderBy=number%20desc"), 7).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_be_larger_than_the_largest_of_the_provider() {
    let lab = Lab::with_records(105).await;
    let found = page(&lab.client, RECORDS, &[("pageSize", "103"), ("orderBy", "number asc")]).await;
    assert_eq!(column(&found.rows, "number"), json!((1..=103).collect::<Vec<_>>()));
    let token = found.next.expect("two rows are left");
    let rest = page(&lab.client, RECORDS, &[("pageSize", "103"), ("nextPage", &token)]).await;
    assert_eq!((column(&rest.rows, "number"), rest.next), (json!([104, 105]), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_filtered_ordered_and_cut_by_the_provider() {
    let lab = Lab::with_records(6).await;
    let found = page(&lab.client, RECORDS, &[("where", "title='Größe 2'")]).await;
    assert_eq!(column(&found.rows, "number"), json!([2]));
    let query = [("where", "even=true AND min_number=3"), ("orderBy", "number desc"), ("fields", "number,title")];
    let found = page(&lab.client, RECORDS, &query).await;
    assert_eq!(column(&found.rows, "number"), json!([6, 4]));
    assert_eq!(members(&found.rows[0]), json!(["number", "title"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_carry_the_words_of_the_provider() {
    let lab = Lab::with_records(1).await;
    let missing = format!("{RECORDS}/nobody");
    assert_refused(&lab.client.get(&missing).await, 404, "Not Found");
    assert_refused(&lab.client.patch(&missing, json!({ "number": 1 })).await, 404, "Not Found");
    assert_refused(&lab.client.delete(&missing).await, 404, "Not Found");
    assert_refused(&lab.client.get("/hubs/general/buckets/nobody/collections").await, 403, "cannot access");
    let wrong = lab.client.post("/hubs/general/buckets", json!({ "id": "not an id" })).await;
    assert_refused(&wrong, 400, "id");
    assert_our_refusal(&ask(&lab.client, RECORDS, &[("where", "number=")]).await, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unchanged_is_not_sent_again() {
    let lab = Lab::with_records(2).await;
    let one = format!("{RECORDS}/post-1");
    for path in [RECORDS, one.as_str()] {
        let first = lab.client.get(path).await;
        let etag = first.header("etag").expect("an ETag").to_owned();
        let again = || lab.client.request("GET", path).header("if-none-match", &etag);
        let unchanged = lab.client.send(again()).await;
        assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""), "{path}");
        lab.client.patch(&one, json!({ "number": 10 })).await.ok();
        let changed = lab.client.send(again()).await;
        assert_ne!(changed.ok(), first.json(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_what_somebody_changed_meanwhile_is_refused() {
    let lab = Lab::with_records(1).await;
    let one = format!("{RECORDS}/post-1");
    let etag = lab.client.get(&one).await.header("etag").expect("an ETag").to_owned();
    lab.client.patch(&one, json!({ "number": 10 })).await.ok();
    let late = lab.client.request("PATCH", &one).header("if-match", &etag).json(&json!({ "number": 20 }));
    assert_refused(&lab.client.send(late).await, 412, "modified");
    assert_eq!(lab.client.get(&one).await.ok()["number"], 10);
}

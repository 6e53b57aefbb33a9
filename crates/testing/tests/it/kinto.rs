//! Kinto behind the `http` connector with basic auth: records, pages, redirects, and who is calling.

use keyway_testing::{Client, Counterpart, TestServer};
use serde_json::{Value, json};

use crate::setup::{Caller, Instance, kinto, provision};

const USER: &str = "ada lovelace";
const PASSWORD: &str = "pass: word:ß€ 🔑";

/// A server with an instance of a Kinto.
pub(crate) struct Lab {
    pub(crate) server: TestServer,
    kinto: Counterpart,
    pub(crate) instance: Instance,
}

impl Lab {
    pub(crate) async fn start() -> Self {
        let (server, kinto) = (TestServer::start(), kinto());
        let configuration = json!({
            "authentication.type": "basic",
            "username": USER,
            "password": PASSWORD,
            "base.url": format!("{}/v1", kinto.url()),
        });
        let instance = provision(&server, "http", &configuration).await;
        Self { server, kinto, instance }
    }

    pub(crate) fn caller(&self) -> Caller {
        self.instance.caller(&self.server)
    }

    /// A collection with records whose numbers count from one.
    pub(crate) async fn records(&self, count: usize) -> &'static str {
        let caller = self.caller();
        for path in ["/buckets/blog", "/buckets/blog/collections/posts"] {
            let made = caller.call("PUT", path).await;
            assert_eq!(made.status, 201, "{}", made.text);
        }
        for number in 1..=count {
            let record = json!({ "data": { "number": number, "title": format!("Größe {number}") } });
            let path = format!("/buckets/blog/collections/posts/records/post-{number}");
            assert_eq!(caller.send("PUT", &path, &record).await.status, 201);
        }
        "/buckets/blog/collections/posts/records"
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_made_read_changed_and_deleted() {
    let lab = Lab::start().await;
    let (path, caller) = (lab.records(1).await, lab.caller());
    let made = caller.send("POST", path, &json!({ "data": { "number": 2, "title": "a / b" } })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let one = format!("{path}/{}", made.json()["data"]["id"].as_str().expect("an id"));
    let replaced = caller.send("PUT", &one, &json!({ "data": { "number": 3 } })).await.ok();
    let patched = caller.send("PATCH", &one, &json!({ "data": { "title": "new" } })).await.ok();
    let read = caller.call("GET", &one).await.ok();
    let deleted = caller.call("DELETE", &one).await.ok();
    let numbers = json!([replaced["data"]["number"], patched["data"]["number"], read["data"]["title"]]);
    assert_eq!(numbers, json!([3, 3, "new"]));
    assert_eq!(deleted["data"]["deleted"], true);
    let missing = caller.call("GET", &one).await;
    assert_eq!((missing.status, missing.json()["error"].clone()), (404, json!("Not Found")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_absolute_address_of_the_next_page_leads_through_the_proxy() {
    let lab = Lab::start().await;
    let path = lab.records(7).await;
    let client = lab.caller().client;
    let root = format!("{}/proxy{path}?", lab.server.url());
    let mut next = Some(format!("{root}_limit=3&_sort=number"));
    let mut pages: Vec<Vec<Value>> = Vec::new();
    while let Some(url) = next {
        assert!(url.starts_with(&root), "{url}");
        let page = client.send(client.raw("GET", &url)).await;
        let records = page.ok()["data"].as_array().expect("records").clone();
        pages.push(records.iter().map(|record| record["number"].clone()).collect());
        next = page.header("next-page").map(str::to_owned);
    }
    assert_eq!(json!(pages), json!([[1, 2, 3], [4, 5, 6], [7]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_arrive_as_they_were_written() {
    let lab = Lab::start().await;
    let path = lab.records(3).await;
    let found = lab.caller().call("GET", &format!("{path}?title=Gr%C3%B6%C3%9Fe%202&_fields=number")).await.ok();
    assert_eq!(found["data"][0]["number"], 2);
    assert_eq!(found["data"].as_array().map(Vec::len), Some(1));
    let head = lab.caller().call("HEAD", path).await;
    let total = head.header("total-objects").or_else(|| head.header("total-records"));
    assert_eq!((head.status, total, head.text.as_str()), (200, Some("3"), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_of_the_provider_leads_back_through_the_proxy() {
    let lab = Lab::start().await;
    let redirected = lab.caller().call("GET", "/buckets/?_limit=5").await;
    let there = format!("{}/proxy/buckets?_limit=5", lab.server.url());
    assert_eq!((redirected.status, redirected.header("location")), (307, Some(there.as_str())));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_sees_the_same_user_as_when_asked_directly() {
    let lab = Lab::start().await;
    let url = format!("{}/v1/", lab.kinto.url());
    let anybody = Client::new(&url, None);
    let directly = async |password| {
        let request = anybody.raw("GET", &url).basic_auth(USER, Some(password));
        anybody.send(request).await.ok()["user"]["id"].clone()
    };
    let through = lab.caller().call("GET", "/").await.ok()["user"]["id"].clone();
    assert_eq!(through, directly(PASSWORD).await);
    assert_ne!(through, directly("another").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_known_wherever_an_sdk_puts_it() {
    let lab = Lab::start().await;
    let key = lab.instance.key(&lab.server).await.text;
    let url = format!("{}/proxy/", lab.server.url());
    let client = lab.server.anonymous();
    let get = || client.raw("GET", &url);
    let requests = [
        get().bearer_auth(&key),
        get().header("authorization", format!("token {key}")),
        get().basic_auth(&key, Some("")),
        get().basic_auth("anybody", Some(&key)),
        get().header("x-api-key", &key),
    ];
    let user = lab.caller().call("GET", "/").await.ok()["user"]["id"].clone();
    for request in requests {
        let answer = client.send(request).await.ok();
        assert_eq!(answer["user"]["id"], user);
    }
    assert_eq!(client.send(get()).await.status, 401);
}

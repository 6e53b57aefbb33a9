//! A safe request is sent again where the provider asks for patience; no other is, whatever happens.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use keyway_testing::{Reply, Seen, Vendor};
use serde_json::json;

use super::bench::{Bench, parameter};

const ALL: &str = "resources:
  /s: { vendor: /s, verbs: [list, get, create, update, delete] }
  /search: { list: { POST: /search, body: { a: 1 } } }
";

fn fine(seen: &Seen) -> Reply {
    let list = seen.target.starts_with("/s?") || seen.target == "/s";
    Reply::json(200, &if list { json!([{ "id": 1 }]) } else { json!({ "id": 1 }) })
}

/// A provider that answers with the status and the `Retry-After` that the query asks for.
async fn obedient() -> Vendor {
    Vendor::start(|seen| {
        let status = parameter(seen, "status").expect("a status").parse().expect("a number");
        let reply = Reply::json(status, &json!({ "message": "wait" }));
        match parameter(seen, "after") {
            Some(after) => reply.header("retry-after", &after),
            None => reply,
        }
    })
    .await
}

/// A provider that refuses everything within a second of its first refusal.
async fn limited() -> Vendor {
    let first: Mutex<Option<Instant>> = Mutex::new(None);
    Vendor::start(move |seen| {
        let mut first = first.lock().expect("no holder of this lock panics");
        if first.get_or_insert_with(Instant::now).elapsed() >= Duration::from_secs(1) {
            return fine(seen);
        }
        Reply::json(429, &json!({ "message": "wait" })).header("retry-after", "1")
    })
    .await
}

/// A provider that refuses twice.
async fn twice(status: u16) -> Vendor {
    let left = Mutex::new(2);
    Vendor::start(move |seen| {
        let mut left = left.lock().expect("no holder of this lock panics");
        if *left == 0 {
            return fine(seen);
        }
        *left -= 1;
        Reply::json(status, &json!({ "message": "wait" }))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_get_waits_as_long_as_the_provider_says() {
    for (path, expected) in [("/s/1", json!({ "id": 1 })), ("/s", json!([{ "id": 1 }]))] {
        let on = Bench::new(ALL, limited().await).await;
        assert_eq!(on.client.get(path).await.ok(), expected);
        assert_eq!(on.vendor.seen().len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_get_is_sent_again_without_being_told_how_long_but_not_forever() {
    for status in [502, 503, 504] {
        let on = Bench::new(ALL, twice(status).await).await;
        assert_eq!(on.client.get("/s/1").await.ok(), json!({ "id": 1 }));
        assert_eq!(on.vendor.seen().len(), 3);
    }
    let on = Bench::new(ALL, obedient().await).await;
    assert_eq!(on.client.get("/s/1?status=503").await.status, 502);
    assert_eq!(on.vendor.seen().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_asks_for_too_much_patience_is_the_callers_to_wait_for() {
    let on = Bench::new(ALL, obedient().await).await;
    for (query, status, after) in [
        ("status=429&after=3600", 429, Some("3600")),
        ("status=429&after=Wed,%2021%20Oct%202065%2007:28:00%20GMT", 429, Some("Wed, 21 Oct 2065 07:28:00 GMT")),
        ("status=429", 429, None),
        ("status=503&after=3600", 502, Some("3600")),
        ("status=500&after=1", 502, Some("1")),
        ("status=400&after=1", 400, Some("1")),
    ] {
        let before = on.vendor.seen().len();
        let answer = on.client.get(&format!("/s/1?{query}")).await;
        assert_eq!((answer.status, answer.header("retry-after")), (status, after), "{query}");
        assert_eq!(answer.message(), "wait");
        assert_eq!(on.vendor.seen().len(), before + 1, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_is_ever_sent_twice() {
    let on = Bench::new(ALL, obedient().await).await;
    for (method, path) in [("POST", "/s"), ("PATCH", "/s/1"), ("PUT", "/s/1"), ("DELETE", "/s/1"), ("GET", "/search")] {
        for status in [429, 502, 503, 504] {
            let before = on.vendor.seen().len();
            let path = format!("{path}?status={status}&after=1");
            let answer = on.client.send(on.client.request(method, &path).body("{\"a\":1}")).await;
            assert_eq!(answer.status, if status == 429 { 429 } else { 502 }, "{method} {}", answer.text);
            assert_eq!(answer.header("retry-after"), Some("1"), "{method}");
            assert_eq!(on.vendor.seen().len(), before + 1, "{method} {path}");
        }
    }
}

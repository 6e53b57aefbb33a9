//! Kinto's preconditions and headers through the proxy: what a polling or caching client relies on.

use serde_json::json;

use crate::kinto::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_list_is_not_sent_again() {
    let lab = Lab::start().await;
    let (path, caller) = (lab.records(2).await, lab.caller());
    let first = caller.call("GET", path).await;
    let etag = first.header("etag").expect("an ETag").to_owned();
    let again = caller.client.send(caller.request("GET", path).header("if-none-match", &etag)).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    assert_eq!(again.header("etag"), Some(etag.as_str()));

    caller.send("POST", path, &json!({ "data": { "number": 3 } })).await;
    let changed = caller.client.send(caller.request("GET", path).header("if-none-match", &etag)).await;
    assert_eq!(changed.ok()["data"].as_array().map(Vec::len), Some(3));
    assert_ne!(changed.header("etag"), Some(etag.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_asks_only_for_what_is_new() {
    let lab = Lab::start().await;
    let (path, caller) = (lab.records(2).await, lab.caller());
    let etag = caller.call("GET", path).await.header("etag").expect("an ETag").to_owned();
    let since = etag.replace('"', "%22");
    caller.send("PUT", &format!("{path}/post-3"), &json!({ "data": { "number": 3 } })).await;
    caller.call("DELETE", &format!("{path}/post-1")).await.ok();
    let news = caller.call("GET", &format!("{path}?_since={since}&_sort=last_modified")).await.ok();
    let ids: Vec<_> = news["data"].as_array().expect("records").iter().map(|record| &record["id"]).collect();
    assert_eq!(json!(ids), json!(["post-3", "post-1"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_something_changed_meanwhile_is_refused() {
    let lab = Lab::start().await;
    let (path, caller) = (lab.records(1).await, lab.caller());
    let one = format!("{path}/post-1");
    let old = caller.call("GET", &one).await.header("etag").expect("an ETag").to_owned();
    caller.send("PUT", &one, &json!({ "data": { "number": 10 } })).await.ok();
    let put = |name: &'static str, value: &str| {
        caller.request("PUT", &one).header(name, value).json(&json!({ "data": { "number": 20 } }))
    };
    let stale = caller.client.send(put("if-match", &old)).await.status;
    let taken = caller.client.send(put("if-none-match", "*")).await.status;
    assert_eq!((stale, taken), (412, 412));
    assert_eq!(caller.call("GET", &one).await.ok()["data"]["number"], 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_says_about_other_sites_stays_away_from_browsers() {
    let lab = Lab::start().await;
    let path = lab.records(1).await;
    let caller = lab.caller();
    let answer = caller.client.send(caller.request("GET", path).header("origin", "https://app.example")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert_eq!(answer.header("content-security-policy"), Some("sandbox"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    // What is about the data passes.
    assert!(answer.header("last-modified").is_some(), "{:?}", answer.headers);
}

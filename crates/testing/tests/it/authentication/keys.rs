//! API keys in every place of a request.

use keyway_testing::{Seen, Vendor};
use serde_json::{Value, json};

use super::{Stage, field, form, header};
use crate::setup::Instance;

const DEFINITION: &str = r#"
configuration:
  base.url: { required: true }
  key: { required: true, secret: true }
  other: { secret: true, default: other-of-9876 }
  place: { default: X-Key }
authentication:
  named: { header: "${config.place}", value: "Token token=${config.key}" }
  pair: { headers: { X-App: "${config.other}", Authorization: "GenieKey ${config.key}" } }
  query: { query: "${config.place}", value: "${config.key}" }
  queries: { query: { key: "${config.key}", token: "${config.other}" } }
  cookie: { cookies: { session: "${config.key}", app: "${config.other}" } }
  body: { body: { api_key: "${config.key}", "${config.place}": "${config.other}" } }
  everywhere: { headers: { X-A: "${config.key}" }, query: { b: "${config.key}" }, cookies: { c: "${config.key}" } }
resources:
  /things: { vendor: /things, verbs: [get, create] }
"#;

const KEY: &str = "key of 0123456789&=+é";

fn configuration(vendor: &Vendor) -> Value {
    json!({ "base.url": vendor.url(), "key": KEY })
}

/// What the provider sees of a call that brings values of its own for the same places.
async fn seen(stage: &Stage, vendor: &Vendor, instance: &Instance) -> Seen {
    let caller = instance.caller(&stage.server);
    let request = caller.request("GET", "/raw?a=1&key=mine&X-Key=mine&token=mine");
    let request = request.header("x-key", "mine").header("x-app", "mine").header("cookie", "session=mine; own=1");
    caller.client.send(request).await.ok();
    vendor.last()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_headers_replaces_what_the_caller_sent() {
    let (stage, vendor) = (Stage::of(DEFINITION), Vendor::echo().await);
    let latin = |seen: &Seen, name: &str| String::from_utf8(seen.headers[name].as_bytes().to_vec()).expect("UTF-8");
    let instance = stage.instance("named", &configuration(&vendor)).await;
    let one = seen(&stage, &vendor, &instance).await;
    assert_eq!(latin(&one, "x-key"), format!("Token token={KEY}"));
    assert_eq!(one.headers.get_all("x-key").iter().count(), 1);
    let instance = stage.instance("pair", &configuration(&vendor)).await;
    let two = seen(&stage, &vendor, &instance).await;
    assert_eq!(
        (latin(&two, "authorization"), latin(&two, "x-app")),
        (format!("GenieKey {KEY}"), "other-of-9876".into())
    );
    stage.assert_no_trace(&[KEY]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_the_query_replaces_what_the_caller_sent() {
    let (stage, vendor) = (Stage::of(DEFINITION), Vendor::echo().await);
    let encoded = "key%20of%200123456789%26%3D%2B%C3%A9";
    let instance = stage.instance("query", &configuration(&vendor)).await;
    let one = seen(&stage, &vendor, &instance).await;
    assert_eq!(one.target, format!("/raw?a=1&key=mine&token=mine&X-Key={encoded}"));
    let instance = stage.instance("queries", &configuration(&vendor)).await;
    let two = seen(&stage, &vendor, &instance).await;
    assert_eq!(two.target, format!("/raw?a=1&X-Key=mine&key={encoded}&token=other-of-9876"));
    stage.server.element(&instance.token).get("/hubs/general/things/1?q=2&key=mine").await.ok();
    let resource = vendor.last().target;
    assert!(resource.starts_with("/things/1?") && !resource.contains("mine"), "{resource}");
    assert!(resource.contains(&format!("key={encoded}")) && resource.contains("q=2"), "{resource}");
    stage.assert_no_trace(&[KEY]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_cookies_stands_alone() {
    let (stage, vendor) = (Stage::of(DEFINITION), Vendor::echo().await);
    let plain = json!({ "base.url": vendor.url(), "key": "key-0123456789" });
    let instance = stage.instance("cookie", &plain).await;
    let one = seen(&stage, &vendor, &instance).await;
    let cookies: Vec<_> = one.headers.get_all("cookie").iter().collect();
    assert_eq!(cookies, ["session=key-0123456789; app=other-of-9876"]);
    let mut broken = plain;
    broken["key"] = json!("a; admin=1");
    broken["authentication.type"] = json!("cookie");
    let refused = stage.ask(&broken).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    assert!(refused.message().contains("configuration.key"), "{}", refused.text);
    stage.assert_no_trace(&["key-0123456789"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_bodies_stands_beside_what_the_caller_sent() {
    let (stage, vendor) = (Stage::of(DEFINITION), Vendor::echo().await);
    let instance = stage.instance("body", &configuration(&vendor)).await;
    let caller = instance.caller(&stage.server);
    caller.send("POST", "/raw", &json!({ "n": 1, "api_key": "mine" })).await.ok();
    let expected = json!({ "n": 1, "api_key": KEY, "X-Key": "other-of-9876" });
    let body = |seen: &Seen| serde_json::from_slice::<Value>(&seen.body).expect("JSON");
    let length = |seen: &Seen| header(seen, "content-length").and_then(|text| text.parse::<usize>().ok());
    assert_eq!(body(&vendor.last()), expected);
    assert_eq!(length(&vendor.last()), Some(vendor.last().body.len()));
    let posted = caller.request("POST", "/raw").header("content-type", "application/x-www-form-urlencoded");
    caller.client.send(posted.body("n=a+b&api_key=mine")).await.ok();
    assert_eq!(field(&vendor.last(), "api_key").as_deref(), Some(KEY));
    assert_eq!(form(&vendor.last())[0], ("n".to_owned(), "a b".to_owned()));
    let created = stage.server.element(&instance.token).post("/hubs/general/things", json!({ "n": 1 })).await;
    assert_eq!(created.status, 200, "{}", created.text);
    assert_eq!(body(&vendor.last()), expected);
    let calls = vendor.seen().len();
    for (kind, text) in [("text/plain", "plain"), ("application/json", "[1]")] {
        let refused = caller.client.send(caller.request("POST", "/raw").header("content-type", kind).body(text)).await;
        assert_eq!(refused.status, 400, "{kind}: {}", refused.text);
        assert!(!refused.text.contains("0123456789"), "{}", refused.text);
    }
    assert_eq!(vendor.seen().len(), calls);
    stage.assert_no_trace(&[KEY]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_may_stand_in_several_places_at_once() {
    let (stage, vendor) = (Stage::of(DEFINITION), Vendor::echo().await);
    let instance = stage.instance("everywhere", &json!({ "base.url": vendor.url(), "key": "key-0123456789" })).await;
    let one = seen(&stage, &vendor, &instance).await;
    assert_eq!((header(&one, "x-a"), header(&one, "cookie")), (Some("key-0123456789"), Some("c=key-0123456789")));
    assert!(one.target.ends_with("&b=key-0123456789"), "{}", one.target);
}

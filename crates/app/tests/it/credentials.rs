//! Every kind of credential as the provider receives it.

use keyway_testing::{Seen, TestServer, Vendor};
use serde_json::{Value, json};

use crate::support::{exchange, http_instance, instance_of};

/// What the provider sees of a call that brings credentials of its own.
async fn seen(kind: &str, configuration: Value, target: &str) -> Seen {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let instance = http_instance(&server, &vendor.url(), kind, configuration).await;
    let headers = format!("Authorization: Element {}\r\nX-Token: of-the-caller\r\n", instance.token);
    let (head, _) = exchange(server.port(), &format!("GET /proxy{target} HTTP/1.1"), &headers).await;
    assert_eq!(head.status(), 200);
    vendor.last()
}

fn value<'a>(seen: &'a Seen, name: &str) -> Vec<&'a [u8]> {
    seen.headers.get_all(name).iter().map(http::HeaderValue::as_bytes).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn none_sends_nothing() {
    let seen = seen("none", json!({}), "/x?a=1").await;
    assert!(value(&seen, "authorization").is_empty());
    assert_eq!(seen.target, "/x?a=1");
}

#[tokio::test(flavor = "multi_thread")]
async fn basic_carries_empty_parts_colons_and_utf8() {
    // RFC 7617 section 2.1 gives "test" and "123£" in UTF-8.
    let cases = [
        (json!({ "username": "test", "password": "123£" }), "Basic dGVzdDoxMjPCow=="),
        (json!({ "username": "key" }), "Basic a2V5Og=="),
        (json!({ "username": "key", "password": "" }), "Basic a2V5Og=="),
        (json!({ "username": "u", "password": "a:b c:" }), "Basic dTphOmIgYzo="),
    ];
    for (configuration, expected) in cases {
        assert_eq!(value(&seen("basic", configuration, "/").await, "authorization"), [expected.as_bytes()]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_replaces_every_header_of_that_name() {
    let configuration = json!({ "api.key.header": "X-Token", "api.key.prefix": "Key token=", "api.key": "k 1" });
    assert_eq!(value(&seen("apiKey", configuration, "/").await, "x-token"), [b"Key token=k 1"]);
    let configuration = json!({ "api.key": "k1" });
    assert_eq!(value(&seen("apiKey", configuration, "/").await, "x-api-key"), [b"k1"]);
    let configuration = json!({ "api.key.header": "Authorization", "api.key.prefix": "GenieKey ", "api.key": "k1" });
    assert_eq!(value(&seen("apiKey", configuration, "/").await, "authorization"), [b"GenieKey k1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_in_the_query_replaces_the_callers_in_every_spelling() {
    let configuration = json!({ "api.key.parameter": "api key", "api.key": "k&=1 é" });
    let own = "api%20key=k%26%3D1%20%C3%A9";
    for (given, expected) in [
        ("/x", format!("/x?{own}")),
        ("/x?", format!("/x?{own}")),
        ("/x?a=1&b=%20+", format!("/x?a=1&b=%20+&{own}")),
        ("/x?a=1&&b", format!("/x?a=1&&b&{own}")),
        ("/x?api%20key=mine&a=1&%61pi+key=mine&api+key", format!("/x?a=1&{own}")),
        ("/x?API%20KEY=other", format!("/x?API%20KEY=other&{own}")),
    ] {
        assert_eq!(seen("apiKeyQuery", configuration.clone(), given).await.target, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bearer_token_is_sent_as_it_is() {
    let configuration = json!({ "token": "t-1/+=" });
    assert_eq!(value(&seen("bearer", configuration, "/").await, "authorization"), [b"Bearer t-1/+="]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_connectors_authenticate_as_their_providers_ask() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let close = json!({ "username": "api_1", "password": "", "base.url": format!("{}/api/v1", vendor.url()) });
    let stripe = json!({ "username": "sk_test_1", "base.url": vendor.url() });
    for (connector, configuration, verify, basic) in [
        ("closeio", close, "/api/v1/me/", "Basic YXBpXzE6"),
        ("stripe", stripe, "/v1/customers?limit=1", "Basic c2tfdGVzdF8xOg=="),
    ] {
        let instance = instance_of(&server, connector, configuration).await;
        let asked = vendor.last();
        assert_eq!((asked.target.as_str(), value(&asked, "authorization")), (verify, vec![basic.as_bytes()]));
        server.element(&instance.token).get("/proxy/x").await.ok();
        assert_eq!(value(&vendor.last(), "authorization"), [basic.as_bytes()]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_a_header_cannot_carry_are_refused_by_name() {
    let server = TestServer::start();
    let base = |kind: &str, mut more: Value| {
        more["base.url"] = json!("http://127.0.0.1:9");
        more["authentication.type"] = json!(kind);
        json!({ "name": "one", "element": { "key": "http" }, "configuration": more })
    };
    for (kind, configuration, field) in [
        ("basic", json!({ "username": "a:b" }), "username"),
        ("bearer", json!({ "token": "a\r\nX-Injected: 1" }), "token"),
        ("bearer", json!({ "token": "a\u{0}b" }), "token"),
        ("apiKey", json!({ "api.key": "k", "api.key.header": "X Y" }), "api.key.header"),
        ("apiKey", json!({ "api.key": "k", "api.key.header": "Host" }), "api.key.header"),
        ("apiKey", json!({ "api.key": "k", "api.key.header": "Content-Length" }), "api.key.header"),
        ("apiKey", json!({ "api.key": "k", "api.key.prefix": "a\nb" }), "api.key"),
    ] {
        let answer = server.admin().post("/instances", base(kind, configuration)).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(answer.message().contains(&format!("configuration.{field}")), "{}", answer.text);
    }
}

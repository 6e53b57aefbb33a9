//! The limits of instance keys: methods, path prefixes, expiry.

use std::sync::Arc;

use keyway_model::{FixedClock, Timestamp};
use keyway_testing::{Store, TestServer, Vendor};
use serde_json::json;

use crate::support::{Setup, bearer, exchange, key_of, open_instance};

#[tokio::test(flavor = "multi_thread")]
async fn methods_outside_the_limits_are_refused() {
    let on = Setup::new().await;
    let (_, key) = key_of(&on.server, &on.instance, json!({ "methods": ["get", "PROPFIND"] })).await;
    for (method, expected) in
        [("GET", 200), ("PROPFIND", 200), ("POST", 403), ("HEAD", 403), ("DELETE", 403), ("get", 403), ("GETX", 403)]
    {
        let headers = format!("Authorization: Bearer {key}\r\n");
        let (head, _) = exchange(on.server.port(), &format!("{method} /proxy/x HTTP/1.1"), &headers).await;
        assert_eq!(head.status(), expected, "{method}");
    }
    assert_eq!(on.vendor.seen().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn path_prefixes_match_whole_decoded_segments() {
    let on = Setup::new().await;
    let (_, key) = key_of(&on.server, &on.instance, json!({ "pathPrefixes": ["/v1/charges", "/me"] })).await;
    let allowed = [
        "/v1/charges",
        "/v1/charges/",
        "/v1/charges/ch_1/refunds",
        "/v1/charges?expand=..",
        "/v1/%63harges/x",
        "/%76%31/charges",
        "/v1/charges/a%20b",
        "/me",
        "/me/x",
    ];
    for path in allowed {
        let headers = format!("Authorization: Bearer {key}\r\n");
        let (head, _) = exchange(on.server.port(), &format!("GET /proxy{path} HTTP/1.1"), &headers).await;
        assert_eq!(head.status(), 200, "{path}");
        assert_eq!(on.vendor.last().target, path, "as it came");
    }
    let refused = [
        "",
        "/",
        "/v1",
        "/v1/",
        "/v1/chargesX",
        "/v1/charge",
        "/v1/Charges",
        "/v1/refunds",
        "/v2/charges",
        "/x/v1/charges",
        "/v1%2Fcharges",
        "/v1/charges%2F..%2Frefunds",
        "/v1/charges%2Fx",
        "/v1/charges//x",
        "//v1/charges",
        "/v1//charges",
        "/v1/charges//",
        "/v1/charges/%252e%252e/refunds",
        "/v1/charges/..;/refunds",
        "/v1/charges;x/y",
        "/v1/charges/../refunds",
        "/v1/charges/%2e%2e/refunds",
        "/v1/charges/%ff",
        "/v1/charges%00",
        "/meX",
    ];
    for path in refused {
        let headers = format!("Authorization: Bearer {key}\r\n");
        let (head, _) = exchange(on.server.port(), &format!("GET /proxy{path} HTTP/1.1"), &headers).await;
        assert!(matches!(head.status(), 400 | 403), "{path}: {}", head.0);
    }
    assert_eq!(on.vendor.seen().len(), allowed.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limited_key_cannot_ask_for_another_method_or_path_by_header() {
    let on = Setup::new().await;
    let (_, by_method) = key_of(&on.server, &on.instance, json!({ "methods": ["POST"] })).await;
    let (_, by_path) = key_of(&on.server, &on.instance, json!({ "pathPrefixes": ["/v1"] })).await;
    let tricks = [
        (&by_method, "X-HTTP-Method-Override: DELETE"),
        (&by_method, "X-HTTP-Method: DELETE"),
        (&by_method, "X-Method-Override: DELETE"),
        (&by_path, "X-Original-URL: /admin"),
        (&by_path, "X-Rewrite-URL: /admin"),
    ];
    for (key, header) in tricks {
        let headers = format!("Authorization: Bearer {key}\r\n{header}\r\nContent-Length: 0\r\n");
        let (head, _) = exchange(on.server.port(), "POST /proxy/v1/x HTTP/1.1", &headers).await;
        assert_eq!(head.status(), 403, "{header}");
    }
    assert!(on.vendor.seen().is_empty());
    // An unlimited caller may send what its provider understands.
    on.exchange("POST /proxy/v1/x HTTP/1.1", "X-HTTP-Method-Override: PATCH\r\nContent-Length: 0\r\n").await;
    assert_eq!(on.vendor.last().headers["x-http-method-override"], "PATCH");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unlimited_key_sends_every_method_and_path_that_a_token_may() {
    let on = Setup::new().await;
    let (_, key) = key_of(&on.server, &on.instance, json!({})).await;
    let headers = format!("Authorization: Bearer {key}\r\n");
    for path in ["/a%2Fb", "//a", "/%252e/x", "/a;b"] {
        let (head, _) = exchange(on.server.port(), &format!("REPORT /proxy{path} HTTP/1.1"), &headers).await;
        assert_eq!(head.status(), 200, "{path}");
        assert_eq!(on.vendor.last().target, path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_nothing_from_its_expiry_on() {
    let clock = FixedClock::at(Timestamp::parse("2030-01-01T00:00:00Z").unwrap());
    let server = TestServer::with_clock(Store::Sqlite, Arc::new(clock.clone()), |_| {});
    let vendor = Vendor::echo().await;
    let instance = open_instance(&server, &vendor.url()).await;
    let (_, key) = key_of(&server, &instance, json!({ "expiresAt": "2030-01-01T01:00:00Z" })).await;
    let client = bearer(&server, &key);
    client.get("/proxy/x").await.ok();
    clock.advance(3599);
    client.get("/proxy/x").await.ok();
    clock.advance(1);
    assert_eq!(client.get("/proxy/x").await.status, 401);
    server.element(&instance.token).get("/proxy/x").await.ok();
    let past = json!({ "name": "late", "expiresAt": "2030-01-01T00:59:59Z" });
    let refused = server.admin().post(&format!("/instances/{}/keys", instance.id), past).await;
    assert_eq!(refused.status, 400);
    assert!(refused.message().contains("expiresAt"));
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_that_could_be_read_in_two_ways_are_refused() {
    let on = Setup::new().await;
    let path = format!("/instances/{}/keys", on.instance.id);
    for (member, value) in [
        ("pathPrefixes", json!(["v1"])),
        ("pathPrefixes", json!(["/v1/../x"])),
        ("pathPrefixes", json!(["/v1%2Fx"])),
        ("pathPrefixes", json!(["/v1//x"])),
        ("pathPrefixes", json!(["/v1?x"])),
        ("methods", json!(["GET POST"])),
        ("methods", json!([""])),
        ("expiresAt", json!("tomorrow")),
        ("name", json!("")),
    ] {
        let mut body = json!({ "name": "a key" });
        body[member] = value;
        let refused = on.server.admin().post(&path, body).await;
        assert_eq!(refused.status, 400, "{member}");
        assert!(refused.message().contains(member), "{}", refused.text);
    }
}

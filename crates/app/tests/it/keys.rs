//! Instance keys: where SDKs put them, and what they open.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyway_testing::Client;
use serde_json::json;

use crate::support::{Setup, bearer, exchange, key_of, open_instance};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_taken_wherever_an_sdk_puts_its_own() {
    let on = Setup::new().await;
    let (_, key) = key_of(&on.server, &on.instance, json!({})).await;
    let basic = |pair: String| format!("Authorization: Basic {}\r\n", STANDARD.encode(pair));
    let shown = [
        format!("Authorization: Bearer {key}\r\n"),
        format!("Authorization: bearer {key}\r\n"),
        format!("Authorization: token {key}\r\n"),
        format!("Authorization: Token {key}\r\n"),
        basic(format!("{key}:")),
        basic(format!("{key}:X")),
        basic(format!("somebody:{key}")),
        basic(format!(":{key}")),
        format!("X-Api-Key: {key}\r\n"),
        format!("x-api-key: {key}\r\nAuthorization: Bearer of-somebody-else\r\n"),
    ];
    for headers in shown {
        let (head, _) = exchange(on.server.port(), "GET /proxy/x HTTP/1.1", &headers).await;
        assert_eq!(head.status(), 200, "{headers}");
        let seen = on.vendor.last();
        assert_eq!(seen.headers.keys().map(http::HeaderName::as_str).collect::<Vec<_>>(), ["host"], "{headers}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_taken_nowhere_else() {
    let on = Setup::new().await;
    let (_, key) = key_of(&on.server, &on.instance, json!({})).await;
    let shown = [
        format!("Authorization: {key}\r\n"),
        format!("Authorization: Element {key}\r\n"),
        format!("Authorization: User {key}, Organization {key}\r\n"),
        format!("Authorization: Basic {key}\r\n"),
        format!("Authorization: Bearer {}\r\n", key.to_uppercase()),
        format!("Authorization: Bearer {}\r\n", &key[..key.len() - 1]),
        format!("Authorization: Bearer {key}0\r\n"),
        format!("Cookie: key={key}\r\n"),
        format!("X-Other: {key}\r\n"),
    ];
    for headers in shown {
        let (head, _) = exchange(on.server.port(), &format!("GET /proxy/x?api_key={key} HTTP/1.1"), &headers).await;
        assert_eq!(head.status(), 401, "{headers}");
    }
    assert!(on.vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_calls_the_raw_call_and_nothing_else() {
    let on = Setup::new().await;
    let vendor = json!({ "username": "api_1", "base.url": on.vendor.url() });
    let instance = crate::support::instance_of(&on.server, "closeio", vendor).await;
    let (_, key) = key_of(&on.server, &instance, json!({})).await;
    let before = on.vendor.seen().len();
    let id = instance.id;
    for scheme in ["Bearer", "Token", "Element", "User"] {
        let client = Client::new(&on.server.url(), Some(format!("{scheme} {key}")));
        for (method, path) in [
            ("GET", "/instances".to_owned()),
            ("GET", format!("/instances/{id}")),
            ("DELETE", format!("/instances/{id}")),
            ("DELETE", "/instances".to_owned()),
            ("GET", "/instances/configuration".to_owned()),
            ("GET", format!("/instances/{id}/keys")),
            ("GET", "/elements".to_owned()),
            ("GET", "/accounts".to_owned()),
            ("GET", "/contacts".to_owned()),
            ("GET", "/hubs/crm/accounts".to_owned()),
            ("GET", "/users".to_owned()),
            ("GET", "/authentication/secrets".to_owned()),
        ] {
            let answer = client.send(client.request(method, &path).header("x-api-key", &key)).await;
            assert!(matches!(answer.status, 401 | 404), "{scheme} {method} {path}: {}", answer.text);
            let answer = client.send(client.request(method, &path)).await;
            assert!(matches!(answer.status, 401 | 404), "{scheme} {method} {path}: {}", answer.text);
        }
    }
    assert_eq!(on.vendor.seen().len(), before);
    bearer(&on.server, &key).get("/proxy/lead/").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_opens_its_own_instance_only() {
    let on = Setup::new().await;
    let second = open_instance(&on.server, &format!("{}/second", on.vendor.url())).await;
    let (_, key) = key_of(&on.server, &second, json!({})).await;
    bearer(&on.server, &key).get("/proxy/x").await.ok();
    assert_eq!(on.vendor.last().target, "/second/x");
    // A key beside another instance's token: the key speaks.
    let client = on.server.element(&on.instance.token);
    client.send(client.request("GET", "/proxy/y").header("x-api-key", &key)).await.ok();
    assert_eq!(on.vendor.last().target, "/second/y");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_a_disabled_or_deleted_instance_opens_nothing() {
    let on = Setup::new().await;
    let (_, key) = key_of(&on.server, &on.instance, json!({})).await;
    let client = bearer(&on.server, &key);
    client.get("/proxy/x").await.ok();
    on.server.admin().delete(&format!("/instances/{}/enabled", on.instance.id)).await.ok();
    assert_eq!(client.get("/proxy/x").await.status, 403);
    on.server.admin().delete(&format!("/instances/{}", on.instance.id)).await.ok();
    assert_eq!(client.get("/proxy/x").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_and_listed_without_its_text() {
    let on = Setup::new().await;
    let (number, key) = key_of(&on.server, &on.instance, json!({ "methods": ["get"], "pathPrefixes": ["/v1"] })).await;
    let listed = on.server.admin().get(&format!("/instances/{}/keys", on.instance.id)).await;
    let keys = listed.ok();
    assert_eq!(keys[0]["id"], number);
    assert_eq!((&keys[0]["methods"], &keys[0]["pathPrefixes"]), (&json!(["GET"]), &json!(["/v1"])));
    assert!(!listed.text.contains(&key));
}

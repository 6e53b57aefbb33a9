//! Instance keys by API: made, listed, revoked, checked.

use keyway_testing::{Client, TestServer, Vendor, on_both_stores};
use serde_json::json;

use crate::fixture::{at, basic, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_shown_once_works_and_stops_when_revoked() {
    let vendor = Vendor::echo().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        let made = basic(&admin, &vendor, "keys").await;
        let path = format!("{}/keys", at(&made));
        let body = json!({ "name": "<b>SDK</b>", "methods": ["get"], "pathPrefixes": ["/v1"], "expiresAt": "2099-01-01T00:00:00Z" });
        let key = admin.post(&path, body).await.ok();
        assert_eq!((&key["name"], &key["methods"], &key["expiresAt"]), (&json!("SDK"), &json!(["GET"]), &json!("2099-01-01T00:00:00Z")));
        let list = admin.get(&path).await;
        assert!(!list.text.contains(text(&key, "key")));
        assert_eq!(list.ok()[0]["id"], key["id"]);
        let sdk = Client::new(&server.url(), Some(format!("Bearer {}", text(&key, "key"))));
        assert_eq!(sdk.get("/proxy/v1/x").await.status, 200);
        assert_eq!(sdk.get("/proxy/v2/x").await.status, 403);
        assert_eq!(sdk.post("/proxy/v1/x", json!({})).await.status, 403);
        for control in ["/instances", "/instances/configuration", "/accounts", "/elements"] {
            assert_eq!(sdk.get(control).await.status, 401, "{control}");
        }
        let as_token = server.element(text(&key, "key"));
        assert_eq!(as_token.get("/instances/configuration").await.status, 401);
        admin.delete(&format!("{path}/{}", key["id"])).await.ok();
        assert_eq!(sdk.get("/proxy/v1/x").await.status, 401);
        assert_eq!(admin.delete(&format!("{path}/{}", key["id"])).await.status, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_another_instance_are_not_there() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let admin = server.admin();
    let (one, two) = (basic(&admin, &vendor, "one").await, basic(&admin, &vendor, "two").await);
    let key = admin.post(&format!("{}/keys", at(&one)), json!({ "name": "k" })).await.ok();
    assert_eq!(admin.delete(&format!("{}/keys/{}", at(&two), key["id"])).await.status, 404);
    assert_eq!(admin.get(&format!("{}/keys", at(&two))).await.ok(), json!([]));
    assert_eq!(admin.get(&format!("{}/keys", at(&one))).await.ok().as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_that_make_no_sense_are_named() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let made = basic(&server.admin(), &vendor, "limits").await;
    let cases = [
        (json!({}), "name"),
        (json!({ "name": "<br>" }), "name"),
        (json!({ "name": "k", "methods": ["G T"] }), "methods"),
        (json!({ "name": "k", "methods": [""] }), "methods"),
        (json!({ "name": "k", "pathPrefixes": ["v1"] }), "pathPrefixes"),
        (json!({ "name": "k", "pathPrefixes": ["/v1/../x"] }), "pathPrefixes"),
        (json!({ "name": "k", "pathPrefixes": ["/a%2Fb"] }), "pathPrefixes"),
        (json!({ "name": "k", "expiresAt": "yesterday" }), "expiresAt"),
        (json!({ "name": "k", "expiresAt": "2001-01-01T00:00:00Z" }), "expiresAt"),
    ];
    for (body, field) in cases {
        let answer = server.admin().post(&format!("{}/keys", at(&made)), body).await;
        assert_eq!((answer.status, &answer.json()["fields"][0]["field"]), (400, &json!(field)), "{}", answer.text);
    }
}

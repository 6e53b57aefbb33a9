//! Showing, changing, switching and deleting instances.

use keyway_testing::{TestServer, Vendor, on_both_stores};
use serde_json::json;

use crate::fixture::{at, basic, credential_of, text};

const FIRST: &str = "Basic YWRhOmZpcnN0LXNlY3JldA==";
const SECOND: &str = "Basic YWRhOnNlY29uZA==";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_absent_from_a_change_stays() {
    let vendor = Vendor::echo().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        let made = basic(&admin, &vendor, "before").await;
        for method in ["PUT", "PATCH"] {
            let request = admin.request(method, &at(&made)).json(&json!({ "name": method, "tags": ["t"] }));
            let changed = admin.send(request).await.ok();
            assert_eq!(changed["name"], method);
            assert_eq!(changed["configuration"], made["configuration"]);
            assert_eq!(changed["token"], made["token"]);
        }
        assert_eq!(admin.put(&at(&made), json!({})).await.ok()["tags"], json!(["t"]));
        assert_eq!(admin.put(&at(&made), json!({ "tags": [] })).await.ok()["tags"], json!([]));
        assert_eq!(credential_of(&server, text(&made, "token"), &vendor).await, FIRST);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_masked_value_sent_back_keeps_the_stored_secret() {
    let vendor = Vendor::echo().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        let made = basic(&admin, &vendor, "masked").await;
        assert_eq!(made["configuration"]["password"], "********");
        assert_eq!(made["configuration"]["username"], "ada");
        let whole = admin.get(&at(&made)).await.ok();
        let changed = admin.put(&at(&made), whole.clone()).await.ok();
        assert_eq!(changed["configuration"], whole["configuration"]);
        assert_eq!(credential_of(&server, text(&made, "token"), &vendor).await, FIRST);
        admin.patch(&at(&made), json!({ "configuration": { "password": "second" } })).await.ok();
        assert_eq!(credential_of(&server, text(&made, "token"), &vendor).await, SECOND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn configuration_is_read_and_changed_entry_by_entry() {
    let vendor = Vendor::echo().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        let made = basic(&admin, &vendor, "entries").await;
        let list = admin.get(&format!("{}/configuration", at(&made))).await.ok();
        let entry = |key: &str| list.as_array().unwrap().iter().find(|entry| entry["key"] == key).unwrap().clone();
        assert_eq!(entry("password")["propertyValue"], "********");
        assert_eq!(entry("password")["type"], "PASSWORD");
        let nulls = entry("filter.response.nulls");
        let path = format!("{}/configuration/{}", at(&made), nulls["id"]);
        assert_eq!(admin.get(&path).await.ok(), nulls);
        let changed = admin.patch(&path, json!({ "propertyValue": false })).await.ok();
        assert_eq!(changed["propertyValue"], "false");
        assert_eq!(admin.get(&path).await.ok()["propertyValue"], "false");
        let refused = admin.patch(&path, json!({ "propertyValue": "maybe" })).await;
        assert_eq!(refused.message(), "configuration.filter.response.nulls must be true or false");
        assert_eq!(admin.patch(&path, json!({})).await.status, 400);
        for unknown in ["0", "99999", "nosuch", "99999999999999999999"] {
            assert_eq!(admin.get(&format!("{}/configuration/{unknown}", at(&made))).await.status, 404);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_instance_keeps_its_token_and_comes_back() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let admin = server.admin();
    let made = basic(&admin, &vendor, "switch").await;
    let token = text(&made, "token");
    let off = admin.delete(&format!("{}/enabled", at(&made))).await.ok();
    assert_eq!((&off["disabled"], &off["token"]), (&json!(true), &made["token"]));
    let call = server.element(token).get("/proxy/x").await;
    assert_eq!((call.status, call.message()), (403, format!("instance {} is disabled", made["id"])));
    let on = admin.put(&format!("{}/enabled", at(&made)), json!({})).await.ok();
    assert_eq!(on["disabled"], false);
    assert_eq!(server.element(token).get("/proxy/x").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_instance_is_gone_at_once_with_everything_that_opened_it() {
    let vendor = Vendor::echo().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        let made = basic(&admin, &vendor, "gone").await;
        let token = text(&made, "token");
        let key = admin.post(&format!("{}/keys", at(&made)), json!({ "name": "k" })).await.ok();
        assert_eq!(server.element(token).get("/proxy/x").await.status, 200);
        assert_eq!(admin.delete(&at(&made)).await.ok(), json!({}));
        for path in [at(&made), format!("{}/configuration", at(&made)), format!("{}/keys", at(&made))] {
            assert_eq!(admin.get(&path).await.status, 404, "{path}");
        }
        assert_eq!(admin.delete(&at(&made)).await.status, 404);
        let call = server.element(token).get("/proxy/x").await;
        assert_eq!(call.status, 401);
        assert_eq!(call.message(), "Invalid Organization or User secret, or invalid Element token provided.");
        let bearer = keyway_testing::Client::new(&server.url(), Some(format!("Bearer {}", text(&key, "key"))));
        assert_eq!(bearer.get("/proxy/x").await.status, 401);
        assert_eq!(admin.get("/instances/count").await.ok()["totalInstances"], 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_changes_are_all_kept() {
    let vendor = Vendor::echo().await;
    on_both_stores(async |server| {
        let admin = server.admin();
        let made = basic(&admin, &vendor, "busy").await;
        let change = async |number: usize| {
            let key = format!("note.{number}");
            admin.patch(&at(&made), json!({ "configuration": { key: "x" } })).await
        };
        let (a, b, c) = tokio::join!(change(1), change(2), change(3));
        for answer in [a, b, c] {
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        let configuration = &admin.get(&at(&made)).await.ok()["configuration"];
        for number in 1..=3 {
            assert_eq!(configuration[format!("note.{number}")], "********");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn provider_data_asks_the_provider_again_and_is_not_echoed() {
    let server = TestServer::start();
    let vendor = crate::fixture::demanding("Basic Z29vZDo=").await;
    let body =
        json!({ "element": { "key": "closeio" }, "configuration": { "username": "good", "base.url": vendor.url() } });
    let made = server.admin().post("/instances", body).await.ok();
    let before = vendor.seen().len();
    let answer = server.admin().put(&at(&made), json!({ "providerData": { "code": "hidden-code" } })).await;
    answer.ok();
    assert_eq!(vendor.seen().len(), before + 1);
    assert!(!answer.text.contains("hidden-code") && answer.json().get("providerData").is_none());
    let refused = server.admin().patch(&at(&made), json!({ "configuration": { "username": "bad" } })).await;
    assert_eq!(refused.status, 401);
    assert_eq!(server.admin().get(&at(&made)).await.ok()["configuration"]["username"], "good");
}

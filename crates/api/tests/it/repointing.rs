//! A stored secret never follows its instance to another host.

use keyway_testing::{Reply, TestServer, Vendor, on_both_stores};
use serde_json::json;

use crate::fixture::{at, basic, credential_of, text};

const FIRST: &str = "Basic YWRhOmZpcnN0LXNlY3JldA==";

#[tokio::test(flavor = "multi_thread")]
async fn another_host_asks_for_every_secret_again() {
    let (mine, thief) = (Vendor::echo().await, Vendor::echo().await);
    on_both_stores(async |server| {
        let admin = server.admin();
        let made = basic(&admin, &mine, "repointed").await;
        let stolen = [
            json!({ "base.url": thief.url() }),
            json!({ "base.url": thief.url(), "password": "********" }),
            json!({ "base.url": thief.url(), "username": "ada" }),
            json!({ "base.url": thief.url(), "username": "ada", "authentication.type": "none" }),
        ];
        for configuration in stolen {
            let answer = admin.patch(&at(&made), json!({ "configuration": configuration })).await;
            assert_eq!(answer.status, 400, "{}", answer.text);
            assert!(answer.message().contains("configuration.password must be sent again"), "{}", answer.text);
        }
        let both = admin.patch(&at(&made), json!({ "configuration": { "base.url": thief.url() } })).await.json();
        let fields: Vec<_> =
            both["fields"].as_array().unwrap().iter().map(|problem| problem["field"].clone()).collect();
        assert_eq!(fields, [json!("configuration.password"), json!("configuration.username")]);
        assert_eq!(credential_of(&server, text(&made, "token"), &mine).await, FIRST);
        assert!(thief.seen().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_sent_anew_or_unset_let_it_move() {
    let (first, second) = (Vendor::echo().await, Vendor::echo().await);
    let server = TestServer::start();
    let admin = server.admin();
    let made = basic(&admin, &first, "moves").await;
    let anew = json!({ "base.url": second.url(), "username": "bob", "password": "new" });
    admin.patch(&at(&made), json!({ "configuration": anew })).await.ok();
    assert_eq!(credential_of(&server, text(&made, "token"), &second).await, "Basic Ym9iOm5ldw==");
    let unset = json!({ "base.url": first.url(), "username": null, "password": null, "authentication.type": "none" });
    admin.patch(&at(&made), json!({ "configuration": unset })).await.ok();
    server.element(text(&made, "token")).get("/proxy/x").await.ok();
    assert!(first.last().headers.get("authorization").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_path_on_the_same_host_keeps_the_secret() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let made = basic(&server.admin(), &vendor, "path").await;
    let moved = json!({ "configuration": { "base.url": format!("{}/v2/", vendor.url()) } });
    server.admin().patch(&at(&made), moved).await.ok();
    assert_eq!(credential_of(&server, text(&made, "token"), &vendor).await, FIRST);
    assert_eq!(vendor.last().target, "/v2/x");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_an_unused_method_does_not_wait_for_another_host() {
    let (mine, thief) = (Vendor::echo().await, Vendor::echo().await);
    let server = TestServer::start();
    let admin = server.admin();
    let body = json!({
        "element": { "key": "http" },
        "configuration": { "base.url": mine.url(), "authentication.type": "bearer", "token": "sleeping-secret" },
    });
    let made = admin.post("/instances", body).await.ok();
    admin.patch(&at(&made), json!({ "configuration": { "authentication.type": "none" } })).await.ok();
    let moved = admin.patch(&at(&made), json!({ "configuration": { "base.url": thief.url() } })).await;
    assert!(moved.message().starts_with("configuration.token must be sent again"), "{}", moved.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_to_a_connector_with_another_host_is_the_same() {
    let server = TestServer::start();
    let (mine, thief) = (crate::fixture::demanding("Basic Z29vZDo=").await, Vendor::echo().await);
    let admin = server.admin();
    let body =
        json!({ "element": { "key": "closeio" }, "configuration": { "username": "good", "base.url": mine.url() } });
    let made = admin.post("/instances", body).await.ok();
    let moved = json!({ "element": { "key": "http" }, "configuration": { "base.url": thief.url(), "authentication.type": "basic" } });
    let answer = admin.patch(&at(&made), moved).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert!(answer.message().contains("configuration.username must be sent again"));
    let stays = json!({ "element": { "key": "http" }, "configuration": { "authentication.type": "basic" } });
    let kept = admin.patch(&at(&made), stays).await.ok();
    assert_eq!(kept["element"]["key"], "http");
    assert_eq!((&kept["id"], &kept["token"]), (&made["id"], &made["token"]));
    assert_eq!(credential_of(&server, text(&made, "token"), &mine).await, "Basic Z29vZDo=");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_request_that_is_described_anew_asks_for_its_secrets_again() {
    let token = || json!({ "token": "short-lived" });
    let mine = Vendor::start(move |_| Reply::json(200, &token())).await;
    let thief = Vendor::start(move |_| Reply::json(200, &token())).await;
    let server = TestServer::start();
    let admin = server.admin();
    let request = |url: &str| {
        let body = json!({ "password": "{{password}}" });
        json!({ "POST": format!("{url}/login"), "body": body, "capture": { "token.access": "body.token" } }).to_string()
    };
    let configuration = json!({
        "base.url": mine.url(),
        "authentication.type": "login",
        "login.request": request(""),
        "login.secrets": json!({ "password": "first-secret" }).to_string(),
    });
    let made =
        admin.post("/instances", json!({ "element": { "key": "http" }, "configuration": configuration })).await.ok();
    assert_eq!(credential_of(&server, text(&made, "token"), &mine).await, "Bearer short-lived");
    for stolen in [
        json!({ "login.request": request(&thief.url()) }),
        json!({ "login.url": thief.url() }),
        json!({ "login.parameters": json!({ "host": thief.url() }).to_string() }),
    ] {
        let answer = admin.patch(&at(&made), json!({ "configuration": stolen })).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(answer.message().contains("configuration.login.secrets must be sent again"), "{}", answer.text);
    }
    assert!(thief.seen().is_empty());
}

//! Paths without an id: the Element token names the instance. Looking takes the token, changing takes all three.

use keyway_testing::{Client, TestServer, Vendor, on_both_stores};
use serde_json::json;

use crate::fixture::{at, basic, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_looks_and_all_three_change() {
    let vendor = Vendor::echo().await;
    on_both_stores(async |server| {
        let made = basic(&server.admin(), &vendor, "twin").await;
        let token = text(&made, "token");
        let (bearer, all) = (server.element(token), server.admin_with_element(token));
        for client in [&bearer, &all] {
            assert_eq!(client.get("/instances/configuration").await.ok()[0]["key"], "authentication.type");
            assert_eq!(client.get("/instances/configuration/password").await.ok()["propertyValue"], "********");
        }
        assert_eq!(bearer.patch("/instances", json!({ "name": "x" })).await.status, 401);
        assert_eq!(bearer.put("/instances", json!({ "name": "x" })).await.status, 401);
        assert_eq!(
            bearer.patch("/instances/configuration/username", json!({ "propertyValue": "x" })).await.status,
            401
        );
        assert_eq!(bearer.put("/instances/enabled", json!({})).await.status, 401);
        assert_eq!(bearer.delete("/instances/enabled").await.status, 401);
        assert_eq!(bearer.post("/instances/keys", json!({ "name": "k" })).await.status, 401);
        assert_eq!(bearer.delete("/instances").await.status, 401);
        assert_eq!(server.admin().get(&at(&made)).await.ok()["name"], "twin");

        assert_eq!(all.put("/instances", json!({ "name": "put" })).await.ok()["name"], "put");
        assert_eq!(all.patch("/instances", json!({ "tags": ["x"] })).await.ok()["tags"], json!(["x"]));
        all.patch("/instances/configuration/username", json!({ "propertyValue": "eve" })).await.ok();
        assert_eq!(all.delete("/instances/enabled").await.ok()["disabled"], true);
        assert_eq!(all.put("/instances/enabled", json!({})).await.ok()["disabled"], false);
        all.post("/instances/keys", json!({ "name": "k" })).await.ok();
        assert_eq!(all.get("/instances").await.ok().as_array().unwrap().len(), 1, "a list stays a list");
        all.delete("/instances").await.ok();
        assert_eq!(all.get("/instances/configuration").await.status, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_secrets_are_refused_with_the_exact_words() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let made = basic(&server.admin(), &vendor, "secrets").await;
    let (user, organization, token) = (server.user_secret(), server.organization_secret(), text(&made, "token"));
    let wrong = [
        String::new(),
        format!("User {user}"),
        format!("Organization {organization}"),
        format!("User {user}, Organization {}", "0".repeat(32)),
        format!("User {organization}, Organization {user}"),
        format!("User {user}x, Organization {organization}"),
        format!("User , Organization {organization}"),
        format!("Element {token}"),
        format!("Bearer {user}"),
        format!("Basic {user}"),
    ];
    for value in wrong {
        let answer = Client::new(&server.url(), Some(value.clone())).get(&at(&made)).await;
        assert_eq!(answer.status, 401, "{value}");
        assert_eq!(answer.message(), "Invalid Organization or User secret, or invalid Element token provided.");
    }
    let shown = [
        format!("organization {organization} , USER {user}"),
        format!("Element {token}, User {user}, Organization {organization}"),
    ];
    for value in shown {
        assert_eq!(Client::new(&server.url(), Some(value)).get(&at(&made)).await.status, 200);
    }
    let twice = Client::new(&server.url(), Some(format!("User {user}, User {user}, Organization {organization}")));
    let answer = twice.get(&at(&made)).await;
    assert_eq!((answer.status, answer.message()), (400, "Authorization must hold the scheme User once".to_owned()));
    let strangers = format!("User {user}x, Organization {organization}, Element {token}");
    assert_eq!(Client::new(&server.url(), Some(strangers)).get("/instances/configuration").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_path_answers_with_and_without_the_prefix() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let admin = server.admin();
    let made = basic(&admin, &vendor, "paths").await;
    let bare = admin.send(admin.raw("GET", &format!("{}{}", server.url(), at(&made)))).await;
    assert_eq!(bare.ok(), made);
    assert_eq!(admin.get(&format!("{}/", at(&made))).await.ok(), made);
    assert_eq!(admin.get("/connectors/http").await.ok(), admin.get("/elements/http").await.ok());
}

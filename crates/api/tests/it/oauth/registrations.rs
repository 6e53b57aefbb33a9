//! Client registrations: whose they are, who may change them, and that their secrets never come back.

use keyway_model::RegistrationId;
use keyway_testing::Client;
use serde_json::{Value, json};

use super::world::{CALLBACK, PUBLIC, World, parameter};
use crate::fixture::{outsider, text};

fn client(connector: &str, level: &str, name: &str) -> Value {
    json!({
        "connector": connector, "level": level, "name": name, "clientId": format!("{level}{name}"), "secret": "hunter2-secret",
        "members": { "key_id": "k1" }, "callbackUrls": [CALLBACK],
    })
}

async fn ids(client: &Client) -> Vec<i64> {
    let rows = client.get("/registrations").await.ok();
    rows.as_array().expect("a list").iter().map(|row| row["id"].as_i64().expect("a number")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_is_shown_without_its_secrets() {
    let world = World::new().await;
    let admin = world.server.admin();
    let made = admin.post("/registrations", client("acme", "organization", "")).await.ok();
    assert_eq!(made["secret"], "********");
    assert_eq!(made["members"], json!({ "key_id": "********" }));
    assert_eq!(
        (&made["connector"], &made["level"], &made["clientId"]),
        (&json!("acme"), &json!("organization"), &json!("organization"))
    );
    assert!(text(&made, "redirectUri").starts_with(&format!("{PUBLIC}/oauth/callback/")));
    assert!(made.get("accountId").is_none());
    let path = format!("/registrations/{}", made["id"]);
    assert_eq!(admin.get(&path).await.ok(), made);
    assert_eq!(admin.get("/registrations").await.ok(), json!([made]));
    assert!(!made.to_string().contains("hunter2"));
    let changed =
        admin.put(&path, json!({ "name": "other", "secret": "********", "members": { "key_id": null } })).await.ok();
    assert_eq!(
        (&changed["name"], &changed["secret"], &changed["members"]),
        (&json!("other"), &json!("********"), &json!({}))
    );
    assert_eq!(changed["redirectUri"], made["redirectUri"], "what is registered at the provider stays");
    let begun = world.begin(&admin, "acme", "?name=other").await;
    let code = world.browser().consent(&begun, "good").await;
    world.finish(&admin, "acme", &begun.secret, &code).await.ok();
    assert_eq!(world.token_requests().pop().unwrap()["client_secret"], "hunter2-secret", "a mask leaves it as it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_registration_cannot_be_is_refused() {
    let world = World::new().await;
    let admin = world.server.admin();
    let made = admin.post("/registrations", client("acme", "organization", "")).await.ok();
    for (change, status, words) in [
        (json!({ "connector": "nothing" }), 404, "No element"),
        (json!({ "connector": null }), 400, "connector"),
        (json!({ "connector": "keyed" }), 400, "has no clients"),
        (json!({ "clientId": "" }), 400, "clientId"),
        (json!({ "level": "galaxy" }), 400, "level"),
        (json!({ "level": "system" }), 403, "keyway clients"),
        (json!({ "accountId": 1 }), 400, "accountId"),
        (json!({ "members": { "id": "x" } }), 400, "members.id"),
        (json!({ "members": { "config.base.url": "x" } }), 400, "members.config.base.url"),
        (json!({ "configuration": { "nothing": "x" } }), 400, "configuration.nothing"),
        (json!({ "configuration": { "oauth.api.secret": "x" } }), 400, "configuration.oauth.api.secret"),
        (json!({}), 409, "there is a registration"),
    ] {
        let mut body = client("acme", "organization", "");
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let refused = admin.post("/registrations", body).await;
        assert_eq!(refused.status, status, "{change}: {}", refused.text);
        assert!(refused.message().contains(words), "{change}: {}", refused.text);
    }
    let moved = admin.put(&format!("/registrations/{}", made["id"]), json!({ "clientId": "another" })).await;
    assert!(moved.status == 400 && moved.message().contains("clientId"), "{}", moved.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_uses_what_stands_above_and_administrators_change_it() {
    let world = World::new().await;
    let admin = world.server.admin();
    let (user, other) = (outsider(&world.server, "user").await, outsider(&world.server, "other").await);
    let accounts = admin.get("/accounts").await.ok();
    let account = accounts.as_array().unwrap().iter().find(|row| row["externalId"] == "user").unwrap()["id"].clone();
    let of_all = admin.post("/registrations", client("acme", "organization", "")).await.ok();
    let mut own = client("acme", "account", "");
    own["accountId"] = account.clone();
    let own = admin.post("/registrations", own).await.ok();
    assert_eq!((&own["level"], &own["accountId"]), (&json!("account"), &account));
    let (of_all, own) = (of_all["id"].as_i64().unwrap(), own["id"].as_i64().unwrap());
    assert_eq!(ids(&admin).await, [of_all, own]);
    assert_eq!(ids(&user).await, [of_all, own]);
    assert_eq!(ids(&other).await, [of_all]);
    // The account's own comes before the organization's.
    for (client, expected) in [(&user, "account"), (&other, "organization"), (&admin, "organization")] {
        let begun = world.begin(client, "acme", "").await;
        assert_eq!(parameter(&world.browser().start(&begun).await, "client_id"), expected);
    }
    for (caller, id, status) in
        [(&user, of_all, 403), (&user, own, 403), (&other, of_all, 403), (&other, own, 404), (&other, 999, 404)]
    {
        let path = format!("/registrations/{id}");
        let looked = caller.get(&path).await.status;
        assert_eq!(looked, if status == 404 { 404 } else { 200 }, "{id}");
        assert_eq!(caller.put(&path, json!({ "name": "x" })).await.status, status, "{id}");
        assert_eq!(caller.delete(&path).await.status, status, "{id}");
    }
    assert_eq!(user.post("/registrations", client("bolt", "organization", "")).await.status, 403);
    assert_eq!(user.post("/registrations", client("bolt", "account", "")).await.status, 403);
    let mut foreign = client("bolt", "account", "");
    foreign["accountId"] = account;
    assert_eq!(other.post("/registrations", foreign).await.status, 404);
    for (method, path) in [("GET", "/registrations"), ("POST", "/registrations"), ("GET", "/registrations/1")] {
        let anonymous = world.server.anonymous();
        assert_eq!(anonymous.send(anonymous.request(method, path)).await.status, 401, "{method} {path}");
    }
    assert_eq!(ids(&admin).await, [of_all, own]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_instances_depend_on_stays() {
    let world = World::new().await;
    let admin = world.server.admin();
    let made = world.register("acme").await;
    let begun = world.begin(&admin, "acme", "").await;
    let code = world.browser().consent(&begun, "good").await;
    let instance = world.finish(&admin, "acme", &begun.secret, &code).await.ok();
    let path = format!("/registrations/{}", made["id"]);
    let refused = admin.delete(&path).await;
    assert!(refused.status == 409 && refused.message().contains("in use"), "{}", refused.text);
    assert_eq!(admin.delete(&format!("/instances/{}", instance["id"])).await.status, 200);
    assert_eq!(admin.delete(&path).await.status, 200);
    assert_eq!(admin.get(&path).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn registrations_of_the_server_are_for_everybody_and_made_by_the_operator() {
    use keyway_app::registrations::{Level, NewRegistrationInput, add_for_server, list_of_server, remove_of_server};

    let world = World::new().await;
    let app = world.server.app();
    let new = NewRegistrationInput {
        connector: "acme".to_owned(),
        level: Level::System,
        account: None,
        name: None,
        client_id: "for-all".to_owned(),
        members: [("secret".to_owned(), Some("hunter2-secret".into()))].into(),
        configuration: std::collections::BTreeMap::new(),
        callback_urls: Vec::new(),
    };
    let id = add_for_server(app, new).await.unwrap();
    assert_eq!(list_of_server(app).await.unwrap()[0].client_id, "for-all");
    let admin = world.server.admin();
    let shown = admin.get(&format!("/registrations/{id}")).await.ok();
    assert_eq!((&shown["level"], &shown["secret"]), (&json!("system"), &json!("********")));
    for answer in [
        admin.put(&format!("/registrations/{id}"), json!({ "name": "x" })).await,
        admin.delete(&format!("/registrations/{id}")).await,
    ] {
        assert_eq!(answer.status, 403, "{}", answer.text);
    }
    let user = outsider(&world.server, "user").await;
    let begun = world.begin(&user, "acme", "").await;
    let code = world.browser().consent(&begun, "good").await;
    world.finish(&user, "acme", &begun.secret, &code).await.ok();
    assert_eq!(world.token_requests().pop().unwrap()["client_secret"], "hunter2-secret");
    // The organization's own comes before the server's.
    world.register("acme").await;
    let begun = world.begin(&user, "acme", "").await;
    assert_eq!(parameter(&world.browser().start(&begun).await, "client_id"), "acme-client");
    assert!(remove_of_server(app, id).await.is_err(), "an instance depends on it");
    assert!(remove_of_server(app, RegistrationId(999)).await.is_err());
}

//! Who may call: instance tokens, alone and beside secrets.

use keyway_testing::{Client, Reply, Vendor};
use serde_json::json;

use crate::support::{Setup, open_instance};

async fn status_of(on: &Setup, authorization: String) -> u16 {
    Client::new(&on.server.url(), Some(authorization)).get("/proxy/x").await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_alone_is_enough_in_every_spelling() {
    let on = Setup::new().await;
    let token = &on.instance.token;
    for value in [
        format!("Element {token}"),
        format!("element   {token}"),
        format!("Token {token}"),
        format!(",Element {token},"),
    ] {
        assert_eq!(status_of(&on, value.clone()).await, 200, "{value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_token_opens_nothing() {
    let on = Setup::new().await;
    let token = &on.instance.token;
    let (user, organization) = (on.server.user_secret(), on.server.organization_secret());
    let shown = [
        "Element wrong".to_owned(),
        "Element".to_owned(),
        format!("Bearer {token}"),
        format!("Element {}", token.to_lowercase()),
        format!("Element {token}x"),
        format!("Element {user}"),
        format!("Element {organization}"),
        format!("User {user}, Organization {organization}"),
        format!("Element {}", on.instance.id),
    ];
    for value in shown {
        assert_eq!(status_of(&on, value.clone()).await, 401, "{value}");
    }
    assert_eq!(on.server.anonymous().get("/proxy/x").await.status, 401);
    assert!(on.vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_beside_a_token_are_optional_but_wrong_ones_are_refused() {
    let on = Setup::new().await;
    let token = &on.instance.token;
    let (user, organization) = (on.server.user_secret().to_owned(), on.server.organization_secret().to_owned());
    let cases = [
        (format!("User {user}, Organization {organization}, Element {token}"), 200),
        (format!("User {user}, Element {token}"), 200),
        (format!("Element {token}, Organization {organization}"), 200),
        (format!("User wrong, Organization {organization}, Element {token}"), 401),
        (format!("User {user}, Organization wrong, Element {token}"), 401),
        (format!("User {organization}, Organization {user}, Element {token}"), 401),
        (format!("User wrong, Element {token}"), 401),
        (format!("Organization wrong, Element {token}"), 401),
        (format!("User {user}, Organization {organization}, Element wrong"), 401),
    ];
    // Twice, so that what was checked before is not believed for something else.
    for (value, expected) in cases.iter().chain(&cases) {
        assert_eq!(status_of(&on, value.clone()).await, *expected, "{value}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_instance_answers_403_until_it_is_switched_on() {
    let on = Setup::new().await;
    let path = format!("/instances/{}/enabled", on.instance.id);
    on.client.get("/proxy/x").await.ok();
    on.server.admin().delete(&path).await.ok();
    let refused = on.client.get("/proxy/x").await;
    assert_eq!(refused.status, 403);
    assert!(refused.message().contains("disabled"));
    assert_eq!(on.vendor.seen().len(), 1);
    on.server.admin().put(&path, json!({})).await.ok();
    on.client.get("/proxy/x").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_instance_answers_401() {
    let on = Setup::new().await;
    on.client.get("/proxy/x").await.ok();
    on.server.admin().delete(&format!("/instances/{}", on.instance.id)).await.ok();
    assert_eq!(on.client.get("/proxy/x").await.status, 401);
    assert_eq!(on.vendor.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_token_reaches_its_own_provider_only() {
    let on = Setup::new().await;
    let other = Vendor::start(|_| Reply::json(200, &json!({ "other": true }))).await;
    let second = open_instance(&on.server, &other.url()).await;
    on.server.element(&second.token).get("/proxy/x").await.ok();
    assert!(on.vendor.seen().is_empty());
    on.client.get("/proxy/x").await.ok();
    assert_eq!((on.vendor.seen().len(), other.seen().len()), (1, 1));
}

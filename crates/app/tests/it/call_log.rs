//! Every call leaves one record, and no record holds a secret.

use keyway_model::OrganizationId;
use keyway_testing::{TestServer, Vendor};
use serde_json::json;

use crate::support::{Setup, bearer, eventually, exchange, http_instance, key_of};

/// The number of a server's organization.
pub(crate) async fn organization(server: &TestServer) -> OrganizationId {
    let shown = server.admin().get("/organizations/me").await.ok();
    OrganizationId(shown["id"].as_i64().expect("a number"))
}

/// How many calls are recorded.
pub(crate) async fn recorded(server: &TestServer, organization: OrganizationId) -> i64 {
    let app = server.app().clone();
    let count = async move { app.store.read().await?.count_calls(organization).await };
    server.app().control.spawn(count).await.expect("the runtime lives").expect("the store answers")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_call_leaves_one_record_whatever_came_of_it() {
    let on = Setup::new().await;
    let organization = organization(&on.server).await;
    on.client.get("/proxy/fine").await.ok();
    assert_eq!(on.client.get("/proxy/a%5Cb").await.status, 400);
    on.exchange("TRACE /proxy/x HTTP/1.1", "").await;
    eventually(async || recorded(&on.server, organization).await == 3).await;
    // Whose call it is cannot be said of these.
    assert_eq!(on.server.element("wrong").get("/proxy/x").await.status, 401);
    on.server.admin().get("/instances").await.ok();
    on.client.get("/proxy/fine").await.ok();
    eventually(async || recorded(&on.server, organization).await == 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_written_when_the_server_stops() {
    let mut on = Setup::new().await;
    let organization = organization(&on.server).await;
    for _ in 0..50 {
        on.client.get("/proxy/x").await.ok();
    }
    on.server.restart();
    assert_eq!(recorded(&on.server, organization).await, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_query_header_body_or_secret_reaches_the_disk() {
    let (mut server, vendor) = (TestServer::start(), Vendor::echo().await);
    let configuration = json!({ "username": "u-canary", "password": "password-canary" });
    let instance = http_instance(&server, &vendor.url(), "basic", configuration).await;
    let (_, key) = key_of(&server, &instance, json!({})).await;
    for client in [server.element(&instance.token), bearer(&server, &key)] {
        let request = client.request("POST", "/proxy/path-canary?q=query-canary").header("x-own", "header-canary");
        client.send(request.body("body-canary")).await.ok();
    }
    let headers = format!("Authorization: Bearer {key}\r\n");
    let line = format!("GET /proxy/x/{key}?k={key} HTTP/1.1");
    assert_eq!(exchange(server.port(), &line, &headers).await.0.status(), 400);
    let organization = organization(&server).await;
    eventually(async || recorded(&server, organization).await == 3).await;
    let secrets =
        [instance.token.clone(), key, server.user_secret().to_owned(), server.organization_secret().to_owned()];
    server.restart();

    let mut disk = Vec::new();
    for entry in std::fs::read_dir(server.folder()).unwrap() {
        disk.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let holds = |text: &str| disk.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("/path-canary"), "the path is recorded");
    for text in ["query-canary", "header-canary", "body-canary", "password-canary", "u-canary"] {
        assert!(!holds(text), "{text}");
    }
    for secret in &secrets {
        assert!(!holds(secret));
    }
}

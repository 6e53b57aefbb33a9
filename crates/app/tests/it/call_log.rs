//! Every call leaves one record, and no record holds a secret.

use keyway_model::{OrganizationId, PageSize, Timestamp, Visibility};
use keyway_store::{CallFilter, StoredCall};
use keyway_testing::{Store, TestServer, Vendor};
use serde_json::json;

use crate::support::{Setup, bearer, eventually, exchange, http_instance, instance_of, key_of};

/// The number of a server's organization.
pub(crate) async fn organization(server: &TestServer) -> OrganizationId {
    let shown = server.admin().get("/organizations/me").await.ok();
    OrganizationId(shown["id"].as_i64().expect("a number"))
}

/// The recorded calls, newest first.
pub(crate) async fn records(server: &TestServer, organization: OrganizationId) -> Vec<StoredCall> {
    let app = server.app().clone();
    let read = async move {
        let filter = CallFilter {
            visibility: Visibility::Organization(organization),
            from: Timestamp::from_millis(0),
            to: Timestamp::from_millis(i64::MAX),
            hub: None,
            connectors: &[],
            tags: &[],
            accounts: &[],
            failed: None,
            search: None,
        };
        app.store.read().await?.calls(&filter, None, 0, PageSize::default()).await
    };
    let page = server.app().control.spawn(read).await.expect("the runtime lives").expect("the store answers");
    assert!(!page.has_more);
    page.items
}

/// How many calls are recorded.
pub(crate) async fn recorded(server: &TestServer, organization: OrganizationId) -> usize {
    records(server, organization).await.len()
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
async fn a_record_says_who_asked_for_what_and_what_came_of_it() {
    let on = Setup::new().await;
    let organization = organization(&on.server).await;
    let fine = on.client.get("/proxy/v1/things?limit=2&q=a%20b").await;
    let refused = on.client.get("/proxy/a%5Cb").await;
    assert_eq!(refused.status, 400);
    eventually(async || recorded(&on.server, organization).await == 2).await;
    let [second, first] = <[StoredCall; 2]>::try_from(records(&on.server, organization).await).expect("two records");
    assert_eq!(Some(first.request_id.as_str()), fine.header("elements-request-id"));
    assert_eq!(first.uri, "/elements/api-v2/proxy/v1/things?limit=2&q=a%20b");
    assert_eq!((first.api.as_str(), first.path.as_str()), ("GET /proxy/v1/things", "/v1/things"));
    assert_eq!((first.method.as_str(), first.client.as_str()), ("GET", "127.0.0.1"));
    assert_eq!((first.connector.as_str(), first.hub.as_str()), ("http", "general"));
    assert_eq!((first.status, first.attempts, first.error, first.detail_dropped), (200, 1, None, false));
    assert_eq!((first.instance.0, first.instance_name.as_deref()), (on.instance.id, Some("one")));
    assert_eq!((second.status, second.attempts), (400, 0));
    assert_eq!(second.error, Some(refused.message()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_is_recorded_as_the_caller_named_it() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let configuration = json!({ "base.url": vendor.url(), "username": "an-api-key" });
    let instance = instance_of(&server, "closeio", configuration).await;
    let organization = organization(&server).await;
    // What the echo means as an answer is not the matter here.
    server.element(&instance.token).get("/hubs/crm/accounts?page=1").await;
    eventually(async || recorded(&server, organization).await == 1).await;
    let record = records(&server, organization).await.remove(0);
    assert_eq!(record.api, "GET /hubs/crm/accounts");
    assert_eq!((record.connector.as_str(), record.hub.as_str()), ("closeio", "crm"));
}

#[tokio::test(flavor = "multi_thread")]
async fn long_texts_are_cut_after_their_secrets_are_gone() {
    let (server, vendor) = (TestServer::start(), Vendor::echo().await);
    let instance = http_instance(&server, &vendor.url(), "bearer", json!({ "token": "token-canary" })).await;
    let organization = organization(&server).await;
    // The secret stands where the text is cut.
    let path =
        format!("/proxy/{}token-canary{}", "x".repeat(2_000 - "/elements/api-v2/proxy/xxxxx".len()), "y".repeat(90));
    server.element(&instance.token).get(&path).await.ok();
    eventually(async || recorded(&server, organization).await == 1).await;
    let record = records(&server, organization).await.remove(0);
    assert!(record.detail_dropped);
    assert_eq!(record.uri.chars().count(), 2_000);
    for text in [&record.uri, &record.api, &record.path] {
        assert!(!text.contains("tok"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_keeps_no_records_writes_none() {
    let server = TestServer::with(Store::Sqlite, |settings| settings.call_log_days = 0);
    let vendor = Vendor::echo().await;
    let instance = http_instance(&server, &vendor.url(), "none", json!({})).await;
    let organization = organization(&server).await;
    let mut server = server;
    server.element(&instance.token).get("/proxy/x").await.ok();
    // Stopping writes what waits.
    server.restart();
    assert_eq!(recorded(&server, organization).await, 0);
    assert_eq!(server.admin().get("/usage").await.ok(), json!([]));
    assert_eq!(server.admin().get("/usage/analytics/activity").await.ok(), json!([]));
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
async fn no_header_body_or_secret_reaches_the_disk() {
    let (mut server, vendor) = (TestServer::start(), Vendor::echo().await);
    let configuration = json!({ "username": "u-canary", "password": "password/canary" });
    let instance = http_instance(&server, &vendor.url(), "basic", configuration).await;
    let (_, key) = key_of(&server, &instance, json!({})).await;
    let basic = "dS1jYW5hcnk6cGFzc3dvcmQvY2FuYXJ5"; // base64 of the pair
    let path = format!("/proxy/path-canary/u-canary?q=query-canary&p=password%2fcanary&b={basic}&api_key=named-canary");
    for client in [server.element(&instance.token), bearer(&server, &key)] {
        let request = client.request("POST", &path).header("x-own", "header-canary");
        client.send(request.body("body-canary")).await.ok();
    }
    let token = instance.token.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    server.element(&instance.token).get(&format!("/proxy/x?token={token}")).await.ok();
    let headers = format!("Authorization: Bearer {key}\r\n");
    let line = format!("GET /proxy/x/{key}?k={key} HTTP/1.1");
    assert_eq!(exchange(server.port(), &line, &headers).await.0.status(), 400);
    let organization = organization(&server).await;
    eventually(async || recorded(&server, organization).await == 4).await;
    let rows = records(&server, organization).await;
    assert_eq!(
        rows[3].uri,
        "/elements/api-v2/proxy/path-canary/********?q=query-canary&p=********&b=********6********&api_key=********"
    );
    assert_eq!(
        (rows[1].uri.as_str(), rows[0].path.as_str()),
        ("/elements/api-v2/proxy/x?token=********", "/x/********")
    );
    let secrets =
        [instance.token.clone(), token, key, server.user_secret().to_owned(), server.organization_secret().to_owned()];
    server.restart();

    let mut disk = Vec::new();
    for entry in std::fs::read_dir(server.folder()).unwrap() {
        disk.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let holds = |text: &str| disk.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("/path-canary") && holds("query-canary"), "path and query are recorded");
    for text in [
        "header-canary",
        "body-canary",
        "password/canary",
        "password%2fcanary",
        "named-canary",
        "u-canary",
        "cGFzc3",
        basic,
    ] {
        assert!(!holds(text), "{text}");
    }
    for secret in &secrets {
        assert!(!holds(secret));
    }
}

//! With an Element token, a resource of the connector wins over the routes that it may shadow, and over no others.

use keyway_testing::{Client, Reply, TestServer, Vendor};
use serde_json::json;

use crate::support::{instance_of, open_instance};

struct Close {
    server: TestServer,
    vendor: Vendor,
    token: String,
}

/// A provider whose every answer is an object and an empty list.
async fn provider() -> Vendor {
    Vendor::start(|_| Reply::json(200, &json!({ "id": "x", "data": [], "has_more": false }))).await
}

async fn close() -> Close {
    let (server, vendor) = (TestServer::start(), provider().await);
    let configuration = json!({ "username": "api_1", "base.url": format!("{}/api/v1", vendor.url()) });
    let token = instance_of(&server, "closeio", configuration).await.token;
    Close { server, vendor, token }
}

impl Close {
    /// What the provider saw of a call that must reach it.
    async fn reaches(&self, client: &Client, method: &str, path: &str) -> (String, String) {
        let before = self.vendor.seen().len();
        let request = client.request(method, path);
        let request =
            if matches!(method, "POST" | "PATCH" | "PUT") { request.json(&json!({ "name": "n" })) } else { request };
        let answer = client.send(request).await;
        assert_eq!((answer.status, self.vendor.seen().len()), (200, before + 1), "{method} {path}: {}", answer.text);
        let seen = self.vendor.last();
        assert_eq!(seen.headers["authorization"], "Basic YXBpXzE6");
        (seen.method, seen.target)
    }
}

fn call(method: &str, target: &str) -> (String, String) {
    (method.to_owned(), format!("/api/v1{target}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_reach_the_providers_path() {
    let on = close().await;
    let client = on.server.element(&on.token);
    for (method, path, expected) in [
        ("GET", "/accounts", call("GET", "/lead/?_skip=0&_limit=100")),
        ("GET", "/accounts?_limit=5&q=%2F", call("GET", "/lead/?_skip=0&_limit=100&q=%2F")),
        ("POST", "/accounts", call("POST", "/lead/")),
        ("GET", "/hubs/crm/accounts", call("GET", "/lead/?_skip=0&_limit=100")),
        ("GET", "/hubs/crap/accounts/7", call("GET", "/lead/7/")),
        ("GET", "/accounts/a%2Fb", call("GET", "/lead/a%2Fb/")),
        ("PATCH", "/accounts/7", call("PUT", "/lead/7/")),
        ("PUT", "/hubs/crm/contacts/7", call("PUT", "/contact/7/")),
        ("DELETE", "/opportunities/7", call("DELETE", "/opportunity/7/")),
        ("GET", "/users", call("GET", "/user/?_skip=0&_limit=100")),
        ("GET", "/users/9", call("GET", "/user/9/")),
    ] {
        assert_eq!(on.reaches(&client, method, path).await, expected, "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_win_beside_both_secrets_and_without_the_prefix() {
    let on = close().await;
    let client = on.server.admin_with_element(&on.token);
    assert_eq!(on.reaches(&client, "GET", "/accounts").await, call("GET", "/lead/?_skip=0&_limit=100"));
    let before = on.vendor.seen().len();
    client.send(client.raw("GET", &format!("{}/accounts/7", on.server.url()))).await.ok();
    assert_eq!(on.vendor.seen().len(), before + 1);
    assert_eq!(on.vendor.last().target, "/api/v1/lead/7/");
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_that_no_resource_may_shadow_stay_ours() {
    let on = close().await;
    let before = on.vendor.seen().len();
    for client in [on.server.element(&on.token), on.server.admin_with_element(&on.token)] {
        for path in [
            "/instances",
            "/elements",
            "/connectors",
            "/usage",
            "/authentication",
            "/formulas",
            "/notifications",
            "/events",
            "/console/",
            "/healthz",
            "/readyz",
            "/version",
            "/",
            "/metrics",
            "/organizations/me",
        ] {
            client.get(path).await;
            assert_eq!(on.vendor.seen().len(), before, "{path}");
        }
    }
    let stripe = json!({ "username": "sk_1", "base.url": on.vendor.url() });
    let stripe = instance_of(&on.server, "stripe", stripe).await;
    let before = on.vendor.seen().len();
    let client = on.server.element(&stripe.token);
    assert_eq!(client.get("/events").await.status, 404);
    assert_eq!(on.vendor.seen().len(), before, "its resource /events stays hidden");
    client.get("/hubs/payment/events").await.ok();
    assert_eq!(on.vendor.last().target, "/v1/events?limit=100");
    client.get("/customers").await.ok();
    assert_eq!(on.vendor.last().target, "/v1/customers?limit=100");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_such_a_resource_the_platform_answers() {
    let on = close().await;
    let plain = open_instance(&on.server, &on.vendor.url()).await;
    let before = on.vendor.seen().len();
    let client = on.server.admin_with_element(&plain.token);
    assert!(client.get("/accounts").await.ok().is_array());
    assert!(client.get("/users").await.ok().is_array());
    let client = on.server.admin_with_element(&on.token);
    client.get("/organizations/me").await.ok();
    assert_eq!(on.vendor.seen().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_connector_does_not_have_is_refused_here() {
    let on = close().await;
    let before = on.vendor.seen().len();
    let client = on.server.element(&on.token);
    for (method, path, status) in [
        ("POST", "/users", 405),
        ("PUT", "/accounts", 405),
        ("GET", "/hubs/crm/nothing", 404),
        ("GET", "/nothing", 404),
        // The catalogue has this path, and wants to know who asks.
        ("GET", "/hubs/crm", 401),
        ("GET", "/lead/", 404),
        ("GET", "/accounts/7/nothing", 404),
    ] {
        assert_eq!(client.send(client.request(method, path)).await.status, status, "{method} {path}");
    }
    assert_eq!(on.vendor.seen().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_id_is_checked_like_every_path() {
    let on = close().await;
    let before = on.vendor.seen().len();
    let headers = format!("Authorization: Element {}\r\n", on.token);
    for path in
        ["/accounts/..", "/accounts/%2e%2e", "/accounts/..%2fuser", "/accounts/a%00", "/hubs/crm/accounts/a%5cb"]
    {
        let (head, _) = crate::support::exchange(on.server.port(), &format!("GET {path} HTTP/1.1"), &headers).await;
        assert_eq!(head.status(), 400, "{path}");
    }
    assert_eq!(on.vendor.seen().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_or_secret_reaches_neither_provider_nor_platform() {
    let on = close().await;
    let before = on.vendor.seen().len();
    let organization = on.server.organization_secret();
    for shown in ["Element wrong".to_owned(), format!("User wrong, Organization {organization}, Element {}", on.token)]
    {
        let client = Client::new(&on.server.url(), Some(shown));
        assert_eq!(client.get("/accounts").await.status, 401);
        assert_eq!(client.get("/hubs/crm/accounts").await.status, 401);
    }
    assert_eq!(on.vendor.seen().len(), before);
}

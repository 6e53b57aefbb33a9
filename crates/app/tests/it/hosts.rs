//! Calls by host name: `<instance>.<proxy domain>`.

use keyway_testing::{Store, TestServer, Vendor};
use serde_json::json;

use crate::support::{Head, Instance, exchange, key_of, open_instance};

struct Named {
    server: TestServer,
    vendor: Vendor,
    instance: Instance,
}

async fn named() -> Named {
    let server = TestServer::with(Store::Sqlite, |settings| "proxy.test".clone_into(&mut settings.proxy_domain));
    let vendor = Vendor::echo().await;
    let instance = open_instance(&server, &vendor.url()).await;
    Named { server, vendor, instance }
}

impl Named {
    async fn call(&self, host: &str, target: &str, authorization: &str) -> Head {
        let headers = format!("Host: {host}\r\nAuthorization: {authorization}\r\n");
        exchange(self.server.port(), &format!("GET {target} HTTP/1.1"), &headers).await.0
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_name_leads_to_the_provider_without_a_path_prefix() {
    let on = named().await;
    let (_, key) = key_of(&on.server, &on.instance, json!({})).await;
    let id = on.instance.id;
    for host in [format!("{id}.proxy.test"), format!("{id}.proxy.test:8080"), format!("{id}.PROXY.Test")] {
        for authorization in [format!("Bearer {key}"), format!("Element {}", on.instance.token)] {
            let head = on.call(&host, "/v1/charges?a=%2F", &authorization).await;
            assert_eq!(head.status(), 200, "{host}");
            assert_eq!(on.vendor.last().target, "/v1/charges?a=%2F");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_path_of_such_a_host_is_the_providers() {
    let on = named().await;
    let (host, authorization) = (format!("{}.proxy.test", on.instance.id), format!("Element {}", on.instance.token));
    for path in ["/", "/instances", "/proxy/x", "/elements/api-v2/instances", "/healthz", "/console/", "/accounts"] {
        assert_eq!(on.call(&host, path, &authorization).await.status(), 200, "{path}");
        assert_eq!(on.vendor.last().target, path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_of_another_instance_is_refused() {
    let on = named().await;
    let other = open_instance(&on.server, &on.vendor.url()).await;
    let (_, key) = key_of(&on.server, &other, json!({})).await;
    let host = format!("{}.proxy.test", on.instance.id);
    for authorization in [format!("Bearer {key}"), format!("Element {}", other.token), "Bearer x".to_owned()] {
        assert_eq!(on.call(&host, "/x", &authorization).await.status(), 401);
    }
    assert_eq!(on.call("999999.proxy.test", "/x", &format!("Element {}", other.token)).await.status(), 401);
    assert!(on.vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn other_host_names_are_not_instances() {
    let on = named().await;
    let (id, authorization) = (on.instance.id, format!("Element {}", on.instance.token));
    for host in [
        "proxy.test".to_owned(),
        "x.proxy.test".to_owned(),
        format!("{id}.x.proxy.test"),
        format!("{id}xproxy.test"),
        format!("{id}.proxy.test.evil"),
        format!("{id}.other.test"),
    ] {
        assert_eq!(on.call(&host, "/nothing-here", &authorization).await.status(), 404, "{host}");
    }
    assert!(on.vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_and_keys_are_checked_for_host_names_too() {
    let on = named().await;
    let (_, key) = key_of(&on.server, &on.instance, json!({ "pathPrefixes": ["/v1"] })).await;
    let (host, authorization) = (format!("{}.proxy.test", on.instance.id), format!("Bearer {key}"));
    for (target, status) in
        [("/v1/x", 200), ("/v2", 403), ("/v1/../v2", 400), ("/v1/%2e%2e/v2", 400), ("http://evil.example/v1", 400)]
    {
        assert_eq!(on.call(&host, target, &authorization).await.status(), status, "{target}");
    }
    assert_eq!(on.vendor.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_is_no_path() {
    let on = named().await;
    let headers = format!("Host: {}.proxy.test\r\nAuthorization: Element {}\r\n", on.instance.id, on.instance.token);
    let (head, _) = exchange(on.server.port(), "OPTIONS * HTTP/1.1", &headers).await;
    assert_eq!(head.status(), 400);
    assert!(on.vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_proxy_domain_host_names_mean_nothing() {
    let server = TestServer::start();
    let vendor = Vendor::echo().await;
    let instance = open_instance(&server, &vendor.url()).await;
    let headers = format!("Host: {}.\r\nAuthorization: Element {}\r\n", instance.id, instance.token);
    assert_eq!(exchange(server.port(), "GET /x HTTP/1.1", &headers).await.0.status(), 404);
    assert!(vendor.seen().is_empty());
}

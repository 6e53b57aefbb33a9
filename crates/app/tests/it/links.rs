//! Addresses in answers come back as addresses of the raw call, and redirects are left to the caller.

use keyway_testing::{Answer, Reply, TestServer, Vendor};

use crate::support::{exchange, open_instance};

/// The answer to a call of a provider below `/v1` that answers with one header, in which `@` is its own URL.
async fn answered(server: &TestServer, path: &str, name: &'static str, value: &'static str) -> (Vendor, Answer) {
    let vendor = Vendor::start(move |seen| {
        let own = format!("http://{}", seen.headers["host"].to_str().expect("a host"));
        let redirect = Reply { status: 307, headers: Vec::new(), body: String::new() };
        redirect.header(name, &value.replace('@', &own))
    })
    .await;
    let instance = open_instance(server, &format!("{}/v1", vendor.url())).await;
    let client = server.element(&instance.token);
    let answer = client.send(client.raw("GET", &format!("{}{path}", server.url()))).await;
    (vendor, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_the_provider_keeps_the_prefix_that_the_caller_used() {
    let server = TestServer::start();
    for prefix in ["/proxy", "/elements/api-v2/proxy"] {
        for name in ["location", "content-location"] {
            let (_, answer) = answered(&server, &format!("{prefix}/a"), name, "@/v1/b%2F?c=d#e").await;
            let expected = format!("{}{prefix}/b%2F?c=d#e", server.url());
            assert_eq!(answer.header(name), Some(expected.as_str()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let server = TestServer::start();
    let (vendor, answer) = answered(&server, "/proxy/a", "location", "@/v1/b").await;
    assert_eq!(answer.status, 307);
    assert_eq!(vendor.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_of_the_provider_is_moved_and_others_stand() {
    let server = TestServer::start();
    let line = "<@/v1/l?page=2>; rel=\"next\", <https://other.example/v1/l>; rel=\"last\", </v1/l>; rel=\"first\"";
    let (_, answer) = answered(&server, "/proxy/l", "link", line).await;
    let root = format!("{}/proxy", server.url());
    let expected = format!(
        "<{root}/l?page=2>; rel=\"next\", <https://other.example/v1/l>; rel=\"last\", <{root}/l>; rel=\"first\""
    );
    assert_eq!(answer.header("link"), Some(expected.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_elsewhere_stands() {
    let server = TestServer::start();
    for url in ["https://login.example.com/x", "http://127.0.0.1:1/v1/x", "b?c", "../b"] {
        let (_, answer) = answered(&server, "/proxy/a", "location", url).await;
        assert_eq!(answer.header("location"), Some(url));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_cannot_send_its_callers_to_our_own_api() {
    let server = TestServer::start();
    for url in ["/instances/1", "/v1/../instances/1", "@/v1/../instances/1", "@/v1/%2e%2e/%2e%2e/instances", "/v1x/y"] {
        let (vendor, answer) = answered(&server, "/proxy/a", "location", url).await;
        let location = answer.header("location").expect("a location");
        assert!(location.starts_with(&format!("{}/", vendor.url())), "{url}: {location}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_by_host_name_gets_addresses_of_that_host() {
    let server = TestServer::with(keyway_testing::Store::Sqlite, |settings| {
        settings.proxy_domain = "proxy.test".to_owned();
    });
    let vendor = Vendor::start(|seen| {
        let own = format!("http://{}/v1/next?x=1", seen.headers["host"].to_str().expect("a host"));
        let reply = Reply { status: 302, headers: Vec::new(), body: String::new() };
        reply.header("location", &own).header("link", &format!("<{own}>; rel=next"))
    })
    .await;
    let instance = open_instance(&server, &format!("{}/v1", vendor.url())).await;
    let headers = format!("Host: {}.proxy.test:8080\r\nAuthorization: Element {}\r\n", instance.id, instance.token);
    let (head, _) = exchange(server.port(), "GET /a HTTP/1.1", &headers).await;
    let expected = format!("http://{}.proxy.test:8080/next?x=1", instance.id);
    assert_eq!(head.all("location"), [expected.as_str()]);
    assert_eq!(head.all("link"), [format!("<{expected}>; rel=next")]);
}

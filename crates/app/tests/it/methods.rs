//! Methods, queries, bodies and statuses pass as they are.

use keyway_testing::{Reply, Vendor};

use crate::support::{Played, Setup};

#[tokio::test(flavor = "multi_thread")]
async fn every_method_reaches_the_provider_as_it_is() {
    let on = Setup::new().await;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "REPORT", "MKCALENDAR", "X-Own_Verb"]
    {
        let answer = on.client.send(on.client.request(method, "/proxy/x")).await;
        assert_eq!(answer.ok()["method"], method);
        assert_eq!(on.vendor.last().method, method);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn head_keeps_the_length_that_a_get_would_have() {
    let on = Played::new().await;
    let mut caller = on.call("HEAD", "/big", "Connection: close\r\n").await;
    let mut provider = on.accept().await;
    assert!(provider.head().await.line().starts_with("HEAD /big "));
    provider.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nETag: \"7\"\r\n\r\n").await;
    let head = caller.head().await;
    assert_eq!((head.status(), head.all("content-length"), head.all("etag")), (200, vec!["1234"], vec!["\"7\""]));
    assert_eq!(caller.rest().await, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn trace_connect_and_track_are_refused_in_every_spelling() {
    let on = Setup::new().await;
    for method in ["TRACE", "trace", "Trace", "TRACK", "connect"] {
        let (head, _) = on.exchange(&format!("{method} /proxy/x HTTP/1.1"), "").await;
        assert_eq!(head.status(), 400, "{method}");
    }
    let (head, _) = on.exchange("CONNECT 127.0.0.1:80 HTTP/1.1", "").await;
    assert!((400..500).contains(&head.status()), "{}", head.0);
    assert!(on.vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_passes_byte_by_byte() {
    let on = Setup::new().await;
    let queries = [
        "",
        "a=1&a=2&&b&=&c==%3D",
        "q=%20+%2B&utf=%C3%A9",
        "url=http://example.com/../x?y=z",
        "dots=../../etc&slash=\\no",
        "s=a;b;c&j={%22a%22:[1]}",
        "bad=%zz%",
        "nul=%00&crlf=%0d%0aX:1",
    ];
    for query in queries.iter().filter(|query| !query.contains('\\')) {
        let (head, _) = on.exchange(&format!("GET /proxy/x?{query} HTTP/1.1"), "").await;
        assert_eq!(head.status(), 200, "{query}");
        assert_eq!(on.vendor.last().target, format!("/x?{query}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_passes_byte_by_byte() {
    let on = Setup::new().await;
    let bytes: Vec<u8> = (0..=255_u8).cycle().take(70_000).collect();
    for method in ["POST", "PUT", "PATCH", "DELETE", "GET", "REPORT"] {
        let request = on.client.request(method, "/proxy/b").header("content-type", "application/x-odd");
        on.client.send(request.body(bytes.clone())).await;
        let seen = on.vendor.last();
        assert!(seen.body == bytes, "{method}");
        assert_eq!(seen.headers["content-type"], "application/x-odd");
        assert_eq!(seen.headers["content-length"], "70000");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_body_keeps_its_length() {
    let on = Setup::new().await;
    on.exchange("POST /proxy/x HTTP/1.1", "Content-Length: 0\r\n").await;
    assert_eq!(on.vendor.last().headers["content-length"], "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_status_passes_with_its_body() {
    let vendor = Vendor::start(|seen| {
        let status = seen.target.trim_start_matches('/').parse().expect("a status");
        let body = if status == 204 || status == 304 { "" } else { "words" };
        Reply { status, headers: vec![("x-kept".to_owned(), "1".to_owned())], body: body.to_owned() }
    })
    .await;
    let on = Setup::with(vendor).await;
    for status in
        [200, 201, 202, 204, 206, 299, 301, 302, 304, 307, 400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 599]
    {
        let answer = on.client.get(&format!("/proxy/{status}")).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("x-kept"), Some("1"));
        let words = if status == 204 || status == 304 { "" } else { "words" };
        assert_eq!(answer.text, words, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_of_the_provider_is_reached_with_and_without_a_slash() {
    let on = Setup::new().await;
    for (given, target) in
        [("/proxy", "/"), ("/proxy/", "/"), ("/proxy?a=b", "/?a=b"), ("/elements/api-v2/proxy/y", "/y")]
    {
        let (head, _) = on.exchange(&format!("GET {given} HTTP/1.1"), "").await;
        assert_eq!(head.status(), 200);
        assert_eq!(on.vendor.last().target, target, "{given}");
    }
    let (head, _) = on.exchange("GET /proxyx HTTP/1.1", "").await;
    assert_eq!(head.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_of_the_base_url_stands_before_the_callers() {
    let on = Setup::new().await;
    let deep = crate::support::open_instance(&on.server, &format!("{}/api/v1/", on.vendor.url())).await;
    let client = on.server.element(&deep.token);
    client.get("/proxy/me?x=1").await.ok();
    assert_eq!(on.vendor.last().target, "/api/v1/me?x=1");
    client.get("/proxy").await.ok();
    assert_eq!(on.vendor.last().target, "/api/v1");
}

//! What of an answer's head reaches the caller, and what is added to it.

use keyway_testing::{Reply, Vendor};

use crate::support::{Played, Setup};

async fn answering(headers: &'static [(&'static str, &'static str)]) -> Setup {
    let vendor = Vendor::start(move |_| {
        let plain = Reply { status: 200, headers: Vec::new(), body: "<script>1</script>".to_owned() };
        headers.iter().fold(plain, |reply, (name, value)| reply.header(name, value))
    })
    .await;
    Setup::with(vendor).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_cannot_act_on_this_servers_site() {
    let on = answering(&[
        ("set-cookie", "session=1"),
        ("set-cookie", "other=2"),
        ("clear-site-data", "\"*\""),
        ("strict-transport-security", "max-age=1"),
        ("service-worker-allowed", "/"),
        ("access-control-allow-origin", "*"),
        ("access-control-allow-credentials", "true"),
        ("access-control-whatever", "1"),
        ("nel", "{}"),
        ("report-to", "{}"),
        ("reporting-endpoints", "a=\"https://evil\""),
        ("keep-alive", "timeout=5"),
        ("proxy-authenticate", "Basic"),
        ("elements-request-id", "forged"),
        ("elements-error", "forged"),
        ("x-named", "1"),
        ("connection", "x-named"),
    ])
    .await;
    let answer = on.client.get("/proxy/x").await;
    let mut names: Vec<&str> = answer.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    let expected = [
        "content-length",
        "content-security-policy",
        "cross-origin-resource-policy",
        "date",
        "elements-element-instance-id",
        "elements-request-id",
        "x-content-type-options",
    ];
    assert_eq!(names, expected);
    assert_ne!(answer.header("elements-request-id"), Some("forged"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_put_into_a_sandbox_whatever_the_provider_says() {
    let on = answering(&[
        ("content-type", "text/html"),
        ("content-security-policy", "default-src *"),
        ("content-security-policy", "sandbox allow-scripts"),
        ("x-content-type-options", "sniff"),
        ("cross-origin-resource-policy", "cross-origin"),
    ])
    .await;
    let answer = on.client.get("/proxy/x").await;
    for (name, value) in [
        ("content-security-policy", "sandbox"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("content-type", "text/html"),
    ] {
        assert_eq!(answer.headers.get_all(name).iter().collect::<Vec<_>>(), [value], "{name}");
    }
    assert_eq!(answer.text, "<script>1</script>");
}

#[tokio::test(flavor = "multi_thread")]
async fn end_to_end_headers_of_an_answer_pass_with_every_value() {
    let on = answering(&[
        ("etag", "W/\"1\""),
        ("x-many", "1"),
        ("x-many", "2"),
        ("retry-after", "7"),
        ("www-authenticate", "Bearer realm=x"),
        ("cache-control", "max-age=60"),
        ("x-ratelimit-remaining", "9"),
        ("content-encoding", "x-odd"),
        ("content-disposition", "attachment; filename=a"),
    ])
    .await;
    let answer = on.client.get("/proxy/x").await;
    assert_eq!(answer.headers.get_all("x-many").iter().collect::<Vec<_>>(), ["1", "2"]);
    for (name, value) in [
        ("etag", "W/\"1\""),
        ("retry-after", "7"),
        ("www-authenticate", "Bearer realm=x"),
        ("cache-control", "max-age=60"),
        ("x-ratelimit-remaining", "9"),
        ("content-encoding", "x-odd"),
        ("content-disposition", "attachment; filename=a"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_names_the_request_and_the_instance() {
    let on = Setup::new().await;
    let (one, two) = (on.client.get("/proxy/x").await, on.client.get("/proxy/x").await);
    let id = one.header("elements-request-id").expect("an id");
    assert_eq!(id.len(), 24);
    assert_ne!(Some(id), two.header("elements-request-id"));
    assert_eq!(one.header("elements-element-instance-id"), Some(on.instance.id.to_string().as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_our_own_is_neither_stored_nor_sniffed() {
    let on = Setup::new().await;
    let refused = [
        on.server.anonymous().get("/proxy/x").await,
        on.server.element("wrong").get("/proxy/x").await,
        on.client.get("/proxy/a%5Cb").await,
    ];
    for answer in refused {
        answer.message();
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", answer.text);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_speaks_our_version_of_http_and_keeps_the_reason() {
    let on = Played::new().await;
    let mut caller = on.call("GET", "/x", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.0 203 Odd Words\r\nContent-Type: text/plain\r\n\r\nold").await;
    drop(provider);
    let head = caller.head().await;
    assert!(head.line().starts_with("HTTP/1.1 203"), "{}", head.0);
    assert_eq!(head.all("transfer-encoding"), ["chunked"]);
    assert_eq!(caller.until("\r\n0\r\n\r\n").await, "3\r\nold");
}

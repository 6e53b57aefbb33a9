//! What of a request's head reaches the provider, and what never does.

use http::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

use crate::support::{Played, Setup, exchange, key_of};

/// Also letters, as nobody but an attacker would write them.
const EVERYTHING: &AsciiSet = &NON_ALPHANUMERIC.add(b'k').add(b'w').add(b'0').add(b'a');

fn names(headers: &HeaderMap) -> Vec<&str> {
    let mut names: Vec<&str> = headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn end_to_end_headers_pass_with_every_value() {
    let on = Setup::new().await;
    let headers = "Accept: a/b\r\nX-Many: 1\r\nX-Many: 2\r\nIdempotency-Key: k-1\r\nOrigin: https://o\r\nVia: 1.1 x\r\n\
                   If-None-Match: \"e\"\r\nUser-Agent: sdk/1\r\nStripe-Version: 2020\r\nX-Empty:\r\nX-Odd: \u{e9}\r\n";
    exchange(
        on.server.port(),
        "GET /proxy/x HTTP/1.1",
        &format!("Authorization: Element {}\r\n{headers}", on.instance.token),
    )
    .await;
    let seen = on.vendor.last().headers;
    let expected = [
        "accept",
        "host",
        "idempotency-key",
        "if-none-match",
        "origin",
        "stripe-version",
        "user-agent",
        "via",
        "x-empty",
        "x-many",
        "x-odd",
    ];
    assert_eq!(names(&seen), expected);
    assert_eq!(seen.get_all("x-many").iter().collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(seen["x-odd"].as_bytes(), "\u{e9}".as_bytes());
    assert_eq!(format!("http://{}", seen["host"].to_str().unwrap()), on.vendor.url());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_about_the_caller_or_the_connection_reaches_the_provider() {
    let on = Setup::new().await;
    let headers = "Cookie: a=1\r\nCookie: b=2\r\nProxy-Authorization: Basic x\r\nProxy-Connection: keep-alive\r\n\
                   Proxy-Anything: 1\r\nForwarded: for=1.2.3.4\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: h\r\n\
                   X-Forwarded-Proto: https\r\nX-FORWARDED-anything: 1\r\nElements-Async-Request: true\r\n\
                   ELEMENTS-Trace-Id: 1\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\nTrailer: X-T\r\nUpgrade: h2c\r\n\
                   HTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: X-Named, upgrade, x-also-named\r\nX-Named: 1\r\n\
                   X-Also-Named: 2\r\nX-Kept: 1\r\n";
    let (head, _) = on.exchange("GET /proxy/x HTTP/1.1", headers).await;
    assert_eq!(head.status(), 200);
    let seen = on.vendor.last();
    assert_eq!(names(&seen.headers), ["host", "x-kept"]);
    assert!(!format!("{seen:?}").contains(&on.instance.token));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_header_cannot_take_the_credential_or_the_framing_away() {
    let on = Played::new().await;
    let bearer = serde_json::json!({ "token": "provider-secret" });
    let base = format!("http://{}", on.provider.local_addr().unwrap());
    let instance = crate::support::http_instance(&on.server, &base, "bearer", bearer).await;
    let mut caller = crate::support::Wire::connect(on.server.port()).await;
    let head = format!(
        "POST /proxy/x HTTP/1.1\r\nHost: k\r\nAuthorization: Element {}\r\n\
         Connection: authorization, host, content-length\r\nContent-Length: 4\r\n\r\nbody",
        instance.token
    );
    caller.send(head.as_bytes()).await;
    let mut provider = on.accept().await;
    let seen = provider.head().await;
    assert_eq!(seen.all("authorization"), ["Bearer provider-secret"]);
    assert_eq!(seen.all("host").len(), 1);
    let framed = seen.all("content-length") == ["4"] || seen.all("transfer-encoding") == ["chunked"];
    assert!(framed, "{}", seen.0);
    provider.until("body").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_key_is_taken_out_wherever_it_stands() {
    let on = Setup::new().await;
    let (_, key) = key_of(&on.server, &on.instance, serde_json::json!({})).await;
    let spelled = percent_encoding::percent_encode(key.as_bytes(), EVERYTHING);
    let headers = format!(
        "Authorization: Bearer {key}\r\nX-Api-Key: {key}\r\nX-Goog-Api-Key: {key}\r\nReferer: http://x/?k={key}\r\n\
         X-Own: pre{key}post\r\nX-Kept: 1\r\n"
    );
    let target = format!("/proxy/x?a=1&api_key={key}&b=%20&{key}&{key}=1&token={spelled}&c=");
    let (head, _) = exchange(on.server.port(), &format!("GET {target} HTTP/1.1"), &headers).await;
    assert_eq!(head.status(), 200);
    let seen = on.vendor.last();
    assert_eq!(names(&seen.headers), ["host", "x-kept"]);
    assert_eq!(seen.target, "/x?a=1&b=%20&c=");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_instance_key_is_taken_out_too() {
    let on = Setup::new().await;
    let (_, one) = key_of(&on.server, &on.instance, serde_json::json!({})).await;
    let (_, other) = key_of(&on.server, &on.instance, serde_json::json!({})).await;
    let (user, organization) = (on.server.user_secret(), on.server.organization_secret());
    let token = &on.instance.token;
    let shown = [
        format!("Authorization: Bearer {one}\r\nX-Own: {other}\r\n"),
        format!("Authorization: User {user}, Organization {organization}, Element {token}\r\nX-Api-Key: {other}\r\n"),
    ];
    for headers in shown {
        let line = format!("GET /proxy/x?k={other}&a=1 HTTP/1.1");
        let (head, _) = exchange(on.server.port(), &line, &headers).await;
        assert_eq!(head.status(), 200, "{headers}");
        let seen = on.vendor.last();
        assert_eq!((names(&seen.headers), seen.target.as_str()), (vec!["host"], "/x?a=1"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_key_in_the_path_is_refused() {
    let on = Setup::new().await;
    let (_, key) = key_of(&on.server, &on.instance, serde_json::json!({})).await;
    let headers = format!("Authorization: Bearer {key}\r\n");
    for path in [format!("/bot{key}/getMe"), format!("/%6b{}/x", &key[1..])] {
        let (head, _) = exchange(on.server.port(), &format!("GET /proxy{path} HTTP/1.1"), &headers).await;
        assert_eq!(head.status(), 400, "{path}");
    }
    assert!(on.vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_authorization_headers_are_refused() {
    let on = Setup::new().await;
    let (head, _) = on.exchange("GET /proxy/x HTTP/1.1", "Authorization: Basic eDp5\r\n").await;
    assert_eq!(head.status(), 400);
    let twice = format!("Authorization: Element {0}, Token {0}\r\n", on.instance.token);
    let (head, _) = exchange(on.server.port(), "GET /proxy/x HTTP/1.1", &twice).await;
    assert_eq!(head.status(), 400);
    assert!(on.vendor.seen().is_empty());
}

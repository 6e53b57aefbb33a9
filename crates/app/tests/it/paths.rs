//! Paths with a second meaning are refused; all others pass byte by byte.

use crate::support::{Setup, Wire};

#[tokio::test(flavor = "multi_thread")]
async fn paths_with_a_second_meaning_are_refused_and_never_sent() {
    let on = Setup::new().await;
    let paths = [
        "/..",
        "/.",
        "/a/../b",
        "/a/./b",
        "/../instances",
        "/%2e%2e/b",
        "/%2E%2e/b",
        "/a/.%2e",
        "/a%2f..%2fb",
        "/..%2f..%2fetc",
        "/..;x=1/b",
        "/..%3bx/b",
        "/a%5cb",
        "/a%5C..%5Cb",
        "/a%00b",
        "/%00",
        "/a%0d%0aX-Injected:1",
        "/a%0Ab",
        "/a%0db",
        "/http://evil.example/x",
        "/https:%2f%2fevil.example/x",
        "/HTTP%3A//evil.example",
        "//http://evil.example",
    ];
    for path in paths {
        let (head, body) = on.exchange(&format!("GET /proxy{path} HTTP/1.1"), "").await;
        assert_eq!(head.status(), 400, "{path}");
        assert!(String::from_utf8_lossy(&body).contains("\"field\":\"path\""), "{path}");
    }
    assert!(on.vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_bytes_that_no_path_may_hold_are_refused() {
    let on = Setup::new().await;
    let paths: [&[u8]; 6] = [b"/a\\b", b"/a\0b", b"/a\rb", b"/a\nb", b"/a b", b"/a\tb"];
    for path in paths {
        let mut caller = Wire::connect(on.server.port()).await;
        let token = &on.instance.token;
        let rest = format!(" HTTP/1.1\r\nHost: k\r\nAuthorization: Element {token}\r\nConnection: close\r\n\r\n");
        caller.send(&[b"GET /proxy", path, rest.as_bytes()].concat()).await;
        let answer = caller.rest().await;
        // With what no request line can hold this is no HTTP any more; the connection may just end.
        let torn = answer.is_empty() && path.iter().any(|byte| b"\0\r\n\t ".contains(byte));
        let text = String::from_utf8_lossy(&answer);
        assert!(torn || text.starts_with("HTTP/1.1 400 "), "{}: {text}", String::from_utf8_lossy(path));
    }
    assert!(on.vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_but_honest_paths_pass_byte_by_byte() {
    let on = Setup::new().await;
    let paths = [
        "/a%2Fb",
        "/a%2fb/%2F",
        "//a",
        "/a//b//",
        "//evil.example/x",
        "/...",
        "/..a/b..",
        "/.well-known/x",
        "/a%20b+c",
        "/a:b@c",
        "/@evil.example/",
        "/%zz%",
        "/%252e%252e/x",
        "/a;b=1;c",
        "/mailto:x",
        "/x/http://inner.example/y",
        "/%C3%A9\u{e9}",
        "/A%41a%61",
        "/${x}/{y}",
    ];
    for path in paths {
        let (head, _) = on.exchange(&format!("GET /proxy{path} HTTP/1.1"), "").await;
        assert_eq!(head.status(), 200, "{path}");
        assert_eq!(on.vendor.last().target, path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absolute_request_target_is_refused() {
    let on = Setup::new().await;
    let (own, vendor) = (on.server.url(), on.vendor.url());
    for target in [format!("{own}/proxy/x"), format!("{vendor}/proxy/x"), "http://evil.example/proxy/x".to_owned()] {
        let (head, _) = on.exchange(&format!("GET {target} HTTP/1.1"), "").await;
        assert_eq!(head.status(), 400, "{target}");
    }
    assert!(on.vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_of_a_mere_host_or_star_is_no_call() {
    let on = Setup::new().await;
    for target in ["*", "evil.example:80", "proxy/x"] {
        let (head, _) = on.exchange(&format!("OPTIONS {target} HTTP/1.1"), "").await;
        assert!((400..500).contains(&head.status()), "{target}: {}", head.0);
    }
    assert!(on.vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fragment_never_reaches_the_provider() {
    let on = Setup::new().await;
    on.exchange("GET /proxy/x?a=1#secret HTTP/1.1", "").await;
    assert!(on.vendor.seen().iter().all(|seen| !seen.target.contains("secret")));
}

//! Bodies pass piece by piece in both directions.

use std::fmt::Write as _;

use keyway_testing::{Reply, Vendor};

use crate::support::{Played, Setup};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_arrives_piece_by_piece() {
    let on = Played::new().await;
    let mut caller = on.call("GET", "/s", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    assert_eq!(caller.head().await.all("transfer-encoding"), ["chunked"]);
    for piece in ["first", "other", "third"] {
        provider.send(format!("5\r\n{piece}\r\n").as_bytes()).await;
        caller.until(piece).await;
    }
    provider.send(b"0\r\n\r\n").await;
    caller.until("0\r\n\r\n").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_arrives_piece_by_piece_before_it_is_whole() {
    let on = Played::new().await;
    let mut caller = on.call("POST", "/s", "Transfer-Encoding: chunked\r\n").await;
    let mut provider = on.accept().await;
    assert_eq!(provider.head().await.all("transfer-encoding"), ["chunked"]);
    for piece in ["first", "other", "third"] {
        caller.send(format!("5\r\n{piece}\r\n").as_bytes()).await;
        provider.until(piece).await;
    }
    caller.send(b"0\r\n\r\n").await;
    provider.until("0\r\n\r\n").await;
    provider.send(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(caller.head().await.status(), 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_may_begin_before_the_upload_ends() {
    let on = Played::new().await;
    let mut caller = on.call("POST", "/duplex", "Transfer-Encoding: chunked\r\n").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    caller.head().await;
    for round in 0..10 {
        caller.send(format!("6\r\nask-{round:02}\r\n").as_bytes()).await;
        provider.until(&format!("ask-{round:02}")).await;
        provider.send(format!("6\r\nsay-{round:02}\r\n").as_bytes()).await;
        caller.until(&format!("say-{round:02}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn server_sent_events_arrive_one_by_one() {
    let on = Played::new().await;
    let mut caller = on.call("GET", "/events", "Accept: text/event-stream\r\n").await;
    let mut provider = on.accept().await;
    assert_eq!(provider.head().await.all("accept"), ["text/event-stream"]);
    // Without a length: this stream ends with its connection.
    provider.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\r\n").await;
    let head = caller.head().await;
    assert_eq!((head.all("content-type"), head.all("cache-control")), (vec!["text/event-stream"], vec!["no-cache"]));
    for number in 0..5 {
        provider.send(format!("id: {number}\ndata: x\n\n").as_bytes()).await;
        caller.until(&format!("id: {number}\ndata: x\n\n")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_stream_goes_on_as_long_as_both_sides_like() {
    let on = Played::new().await;
    let mut caller = on.call("GET", "/endless", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    let filler = "x".repeat(4000);
    for number in 0..2000 {
        let piece = format!("{number:06}{filler}");
        provider.send(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes()).await;
        caller.until(&format!("{number:06}")).await;
    }
    drop(caller);
    provider.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_arrive_whole() {
    const SIZE: usize = 64 * 1024 * 1024;
    let mut text = String::with_capacity(SIZE + 16);
    let mut line = 0;
    while text.len() < SIZE {
        writeln!(text, "{line:x}").expect("a String takes everything");
        line += 1;
    }
    let kept = text.clone();
    let vendor = Vendor::start(move |seen| {
        let body = if seen.method == "GET" { kept.clone() } else { String::new() };
        Reply { status: 200, headers: Vec::new(), body }
    })
    .await;
    let on = Setup::with(vendor).await;
    let answer = on.client.send(on.client.request("PUT", "/proxy/big").body(text.clone())).await;
    assert_eq!(answer.status, 200);
    assert!(on.vendor.last().body == text.as_bytes());
    let answer = on.client.get("/proxy/big").await;
    assert!(answer.text == text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_is_the_providers_affair() {
    let on = Played::new().await;
    let mut caller = on.call("GET", "/file", "Range: bytes=5-9\r\nIf-Range: \"e\"\r\n").await;
    let mut provider = on.accept().await;
    let asked = provider.head().await;
    assert_eq!((asked.all("range"), asked.all("if-range")), (vec!["bytes=5-9"], vec!["\"e\""]));
    provider
        .send(b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/100\r\nContent-Length: 5\r\n\r\n56789")
        .await;
    let head = caller.head().await;
    assert_eq!((head.status(), head.all("content-range")), (206, vec!["bytes 5-9/100"]));
    caller.until("56789").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_expects_100_continue_gets_it() {
    let on = Played::new().await;
    let mut caller = on.call("POST", "/x", "Expect: 100-continue\r\nContent-Length: 4\r\n").await;
    assert_eq!(caller.head().await.status(), 100);
    caller.send(b"body").await;
    let mut provider = on.accept().await;
    assert!(provider.head().await.all("expect").is_empty());
    provider.until("body").await;
    provider.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    assert_eq!(caller.head().await.status(), 200);
    caller.until("ok").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_serves_call_after_call() {
    let on = Played::new().await;
    let mut caller = on.call("GET", "/1", "").await;
    let mut provider = on.accept().await;
    for number in 1..20 {
        assert!(provider.head().await.line().starts_with(&format!("GET /{number} ")));
        provider.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
        caller.until("\r\n\r\nok").await;
        let token = &on.instance.token;
        let next = number + 1;
        let head = format!("GET /proxy/{next} HTTP/1.1\r\nHost: k\r\nAuthorization: Element {token}\r\n\r\n");
        caller.send(head.as_bytes()).await;
    }
}

//! One side breaks off: the other side learns of it.

use crate::support::{Played, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_hangs_up_in_the_answer_frees_the_provider() {
    let on = Played::new().await;
    let mut caller = on.call("GET", "/x", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n").await;
    caller.until("first").await;
    drop(caller);
    provider.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_hangs_up_before_the_answer_frees_the_provider() {
    let on = Played::new().await;
    let caller = on.call("GET", "/x", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    drop(caller);
    provider.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_caller_hung_up_is_counted_and_recorded_all_the_same() {
    let on = Played::new().await;
    let caller = on.call("GET", "/gone", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    drop(caller);
    provider.rest().await;
    let waiting = |page: String| page.lines().any(|line| line == "keyway_calls_in_flight 0");
    eventually(async || waiting(on.server.app().metrics.render(0))).await;
    let organization = crate::call_log::organization(&on.server).await;
    eventually(async || crate::call_log::recorded(&on.server, organization).await == 1).await;
    let record = crate::call_log::records(&on.server, organization).await.remove(0);
    assert_eq!((record.status, record.attempts), (499, 1));
    assert_eq!(record.error.as_deref(), Some("the caller hung up before the answer began"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_never_looks_whole_to_the_provider() {
    let on = Played::new().await;
    for (headers, sent) in [("Transfer-Encoding: chunked\r\n", "4\r\npart\r\n"), ("Content-Length: 100\r\n", "part")] {
        let mut caller = on.call("POST", "/x", headers).await;
        caller.send(sent.as_bytes()).await;
        let mut provider = on.accept().await;
        provider.head().await;
        provider.until("part").await;
        drop(caller);
        let rest = provider.rest().await;
        assert!(!String::from_utf8_lossy(&rest).contains("0\r\n\r\n"), "{headers}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_never_looks_whole_to_the_caller() {
    let on = Played::new().await;
    let mut caller = on.call("GET", "/x", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart").await;
    assert_eq!(caller.head().await.all("content-length"), ["100"]);
    drop(provider);
    assert_eq!(caller.rest().await, b"part");

    let mut caller = on.call("GET", "/x", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n").await;
    caller.head().await;
    caller.until("part").await;
    drop(provider);
    assert!(!String::from_utf8_lossy(&caller.rest().await).contains("0\r\n\r\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_closes_without_an_answer_is_a_bad_gateway() {
    let on = Played::new().await;
    let mut caller = on.call("POST", "/x", "Content-Length: 4\r\n").await;
    caller.send(b"body").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.until("body").await;
    drop(provider);
    let head = caller.head().await;
    assert_eq!(head.status(), 502);
    assert_eq!(head.all("content-type"), ["application/json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_early_refusal_reaches_a_caller_that_is_still_sending() {
    let on = Played::new().await;
    let mut caller = on.call("POST", "/x", "Transfer-Encoding: chunked\r\n").await;
    caller.send(b"4\r\npart\r\n").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig").await;
    assert_eq!(caller.head().await.status(), 413);
    caller.until("big").await;
}

//! Two readings of one message are the beginning of smuggling: such messages never reach a provider in two readings.

use crate::support::{Played, Setup};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_with_two_lengths_is_refused() {
    let on = Setup::new().await;
    for headers in [
        "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Content-Length: 4, 5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +4\r\n",
        "Content-Length: 4x\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
    ] {
        let (head, _) = on.exchange("POST /proxy/x HTTP/1.1", headers).await;
        assert_eq!(head.status(), 400, "{headers}");
    }
    assert!(on.vendor.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_beside_chunks_never_reaches_the_provider() {
    let on = Played::new().await;
    let mut caller = on.call("POST", "/x", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n").await;
    caller.send(b"4\r\nbody\r\n0\r\n\r\n").await;
    // Refused, or passed with one reading.
    tokio::select! {
        head = caller.head() => assert_eq!(head.status(), 400),
        mut provider = on.accept() => {
            let seen = provider.head().await;
            assert_eq!((seen.all("content-length"), seen.all("transfer-encoding")), (vec![], vec!["chunked"]));
            provider.until("4\r\nbody\r\n0\r\n\r\n").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_a_body_is_a_request_of_its_own() {
    let on = Played::new().await;
    let hidden = "GET /proxy/hidden HTTP/1.1\r\nHost: k\r\n\r\n";
    let mut caller = on.call("POST", "/x", "Content-Length: 4\r\n").await;
    caller.send(format!("body{hidden}").as_bytes()).await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.until("body").await;
    provider.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    caller.until("\r\n\r\nok").await;
    assert_eq!(caller.head().await.status(), 401, "the second request has no credential");
    drop(on.server);
    assert_eq!(provider.rest().await, b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_two_lengths_is_a_bad_gateway() {
    let on = Played::new().await;
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk",
        "HTTP/9 200\r\n\r\n",
        "no http at all\r\n\r\n",
        "HTTP/1.1 200 OK\r\nBad Header: x\r\n\r\n",
    ] {
        let mut caller = on.call("GET", "/x", "Connection: close\r\n").await;
        let mut provider = on.accept().await;
        provider.head().await;
        provider.send(answer.as_bytes()).await;
        assert_eq!(caller.head().await.status(), 502, "{answer}");
    }
}

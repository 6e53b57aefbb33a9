//! Providers that are slow, silent or not there.

use keyway_testing::{Store, TestServer, free_port};

use crate::support::{Played, open_instance};

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_never_answers_is_a_gateway_timeout() {
    let on = Played::on(TestServer::with(Store::Sqlite, |settings| settings.first_byte_timeout = 1)).await;
    let mut caller = on.call("GET", "/x", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    assert_eq!(caller.head().await.status(), 504);
    assert_eq!(provider.rest().await, b"", "the provider is let go");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_never_answers_an_upload_is_a_gateway_timeout() {
    let on = Played::on(TestServer::with(Store::Sqlite, |settings| settings.first_byte_timeout = 1)).await;
    let mut caller = on.call("POST", "/x", "Content-Length: 4\r\n").await;
    caller.send(b"body").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.until("body").await;
    assert_eq!(caller.head().await.status(), 504);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_moves_on_is_not_a_provider_that_is_slow() {
    let on = Played::on(TestServer::with(Store::Sqlite, |settings| settings.first_byte_timeout = 1)).await;
    let mut caller = on.call("POST", "/x", "Transfer-Encoding: chunked\r\n").await;
    let mut provider = on.accept().await;
    provider.head().await;
    for _ in 0..15 {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        caller.send(b"4\r\npart\r\n").await;
        provider.until("part").await;
    }
    caller.send(b"0\r\n\r\n").await;
    provider.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(caller.head().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_falls_silent_is_cut_off_and_looks_so() {
    let on = Played::on(TestServer::with(Store::Sqlite, |settings| settings.idle_timeout = 1)).await;
    let mut caller = on.call("GET", "/x", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart").await;
    caller.head().await;
    assert_eq!(caller.rest().await, b"part");
    assert_eq!(provider.rest().await, b"", "the provider is let go");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_keeps_moving_outlives_the_idle_time() {
    let on = Played::on(TestServer::with(Store::Sqlite, |settings| settings.idle_timeout = 1)).await;
    let mut caller = on.call("GET", "/x", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    for _ in 0..15 {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        provider.send(b"4\r\npart\r\n").await;
        caller.until("part").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_caller_falls_silent_is_given_up() {
    let on = Played::on(TestServer::with(Store::Sqlite, |settings| settings.idle_timeout = 1)).await;
    let mut caller = on.call("POST", "/x", "Content-Length: 100\r\n").await;
    caller.send(b"part").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.until("part").await;
    provider.rest().await;
    let status = caller.head().await.status();
    assert!(matches!(status, 502 | 504), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_not_there_is_a_bad_gateway() {
    let server = TestServer::start();
    for base in [format!("http://127.0.0.1:{}", free_port()), "http://nowhere.invalid".to_owned()] {
        let instance = open_instance(&server, &base).await;
        let answer = server.element(&instance.token).get("/proxy/x?q=query-canary").await;
        assert_eq!(answer.status, 502);
        let message = answer.message();
        assert!(!message.contains("query-canary") && !message.contains(&instance.token), "{message}");
    }
}

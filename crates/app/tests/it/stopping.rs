//! A server that is told to stop finishes what it has begun.

use keyway_testing::{Store, TestServer};
use tokio::net::TcpStream;

use crate::support::{Played, eventually, soon};

#[tokio::test(flavor = "multi_thread")]
async fn a_running_call_is_finished_and_no_new_one_is_taken() {
    let on = Played::on(TestServer::with(Store::Sqlite, |settings| settings.shutdown_grace = 60)).await;
    let mut caller = on.call("GET", "/long", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n").await;
    caller.until("first").await;
    let port = on.server.port();
    let server = on.server;
    let stopping = tokio::task::spawn_blocking(move || drop(server));
    eventually(async || TcpStream::connect(("127.0.0.1", port)).await.is_err()).await;
    provider.send(b"4\r\nlast\r\n0\r\n\r\n").await;
    caller.until("last").await;
    caller.until("0\r\n\r\n").await;
    soon(stopping).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_answer_has_not_begun_is_finished_too() {
    let on = Played::on(TestServer::with(Store::Sqlite, |settings| settings.shutdown_grace = 60)).await;
    let mut caller = on.call("POST", "/slow", "Content-Length: 4\r\n").await;
    let mut provider = on.accept().await;
    provider.head().await;
    let port = on.server.port();
    let server = on.server;
    let stopping = tokio::task::spawn_blocking(move || drop(server));
    eventually(async || TcpStream::connect(("127.0.0.1", port)).await.is_err()).await;
    caller.send(b"body").await;
    provider.until("body").await;
    provider.send(b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\ndone").await;
    assert_eq!(caller.head().await.status(), 201);
    caller.until("done").await;
    soon(stopping).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_end_is_cut_off_when_the_grace_is_over() {
    let on = Played::on(TestServer::with(Store::Sqlite, |settings| settings.shutdown_grace = 1)).await;
    let mut caller = on.call("GET", "/endless", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n").await;
    caller.until("first").await;
    let server = on.server;
    let stopping = tokio::task::spawn_blocking(move || drop(server));
    soon(stopping).await.unwrap();
    caller.rest().await;
    provider.rest().await;
}

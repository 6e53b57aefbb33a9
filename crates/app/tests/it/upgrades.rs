//! WebSocket passes; other ways to leave HTTP do not.

use futures_util::{SinkExt, StreamExt};
use keyway_testing::TestServer;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{accept_async, client_async};

use crate::support::{Played, key_of, open_instance, soon};

const ASK: &str = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_echoes_through_the_proxy() {
    let server = TestServer::start();
    let provider = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let instance = open_instance(&server, &format!("http://{}", provider.local_addr().unwrap())).await;
    let echo = tokio::spawn(async move {
        let (stream, _) = provider.accept().await.unwrap();
        let mut socket = accept_async(stream).await.unwrap();
        while let Some(Ok(message)) = socket.next().await {
            if message.is_text() || message.is_binary() {
                socket.send(message).await.unwrap();
            }
        }
    });
    let url = format!("ws://127.0.0.1:{}/elements/api-v2/proxy/socket?a=1", server.port());
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Element {}", instance.token).parse().unwrap());
    let stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    let (mut socket, answer) = soon(client_async(request, stream)).await.unwrap();
    assert_eq!(answer.headers()["content-security-policy"], "sandbox");
    for message in [Message::text("one"), Message::binary(vec![7_u8; 300_000]), Message::text("\u{e9}")] {
        socket.send(message.clone()).await.unwrap();
        assert_eq!(soon(socket.next()).await.unwrap().unwrap(), message);
    }
    socket.close(None).await.unwrap();
    soon(echo).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handshake_brings_nothing_of_the_caller_to_the_provider() {
    let on = Played::new().await;
    let (_, key) = key_of(&on.server, &on.instance, serde_json::json!({})).await;
    let more = format!(
        "{ASK}Cookie: a=1\r\nX-Forwarded-For: 1\r\nSec-WebSocket-Protocol: bearer, {key}\r\nX-Api-Key: {key}\r\n"
    );
    let _caller = on.call("GET", "/ws", &more).await;
    let mut provider = on.accept().await;
    let seen = provider.head().await;
    assert_eq!((seen.all("upgrade"), seen.all("sec-websocket-version")), (vec!["websocket"], vec!["13"]));
    assert!(seen.all("connection")[0].eq_ignore_ascii_case("upgrade"));
    for name in ["cookie", "x-forwarded-for", "authorization", "x-api-key"] {
        assert!(seen.all(name).is_empty(), "{name}");
    }
    assert!(!seen.0.contains(&key));
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_of_a_tunnel_end_together() {
    let on = Played::new().await;
    let switched = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    let mut caller = on.call("GET", "/ws", ASK).await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(switched).await;
    let head = caller.head().await;
    assert_eq!((head.status(), head.all("upgrade")), (101, vec!["websocket"]));
    provider.send(b"\x81\x02hi").await;
    caller.until("hi").await;
    caller.send(b"\x81\x02yo").await;
    provider.until("yo").await;
    drop(caller);
    provider.rest().await;

    let mut caller = on.call("GET", "/ws", ASK).await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(switched).await;
    caller.head().await;
    drop(provider);
    caller.rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_declines_answers_as_usual() {
    let on = Played::new().await;
    let mut caller = on.call("GET", "/ws", ASK).await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno").await;
    let head = caller.head().await;
    assert_eq!((head.status(), head.all("upgrade").len()), (426, 0));
    caller.until("no").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_protocol_than_websocket_is_asked_for() {
    let on = Played::new().await;
    for protocol in ["h2c", "TLS/1.0", "websocket, h2c", "anything"] {
        let more =
            format!("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {protocol}\r\nHTTP2-Settings: AAMAAABk\r\n");
        let mut caller = on.call("GET", "/x", &more).await;
        let mut provider = on.accept().await;
        let seen = provider.head().await;
        assert!(seen.all("upgrade").is_empty() && seen.all("http2-settings").is_empty(), "{}", seen.0);
        provider.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok").await;
        assert_eq!(caller.head().await.status(), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_switches_unasked_is_a_bad_gateway() {
    let on = Played::new().await;
    let mut caller = on.call("GET", "/x", "").await;
    let mut provider = on.accept().await;
    provider.head().await;
    provider.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n").await;
    assert_eq!(caller.head().await.status(), 502);
}

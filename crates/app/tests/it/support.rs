//! What the tests of the raw call share: a server with a provider, and conversations byte by byte.

use std::time::Duration;

use keyway_testing::{Client, TestServer, Vendor};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A hang becomes a failure after this long; nothing is measured by it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits for what must happen.
pub(crate) async fn soon<T>(event: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, event).await.expect("it happens at all")
}

/// Asks again and again until the answer is yes.
pub(crate) async fn eventually(mut happened: impl AsyncFnMut() -> bool) {
    soon(async {
        while !happened().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

/// An instance.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) id: i64,
    pub(crate) token: String,
}

/// Makes an instance of a connector.
pub(crate) async fn instance_of(server: &TestServer, connector: &str, configuration: Value) -> Instance {
    let body = json!({ "name": "one", "element": { "key": connector }, "configuration": configuration });
    let made = server.admin().post("/instances", body).await.ok();
    let id = made["id"].as_i64().expect("an id");
    Instance { id, token: made["token"].as_str().expect("a token").to_owned() }
}

/// Makes an instance of the connector `http` with a credential of one kind.
pub(crate) async fn http_instance(server: &TestServer, base: &str, kind: &str, more: Value) -> Instance {
    let mut configuration = json!({ "base.url": base, "authentication.type": kind });
    if let (Value::Object(all), Value::Object(more)) = (&mut configuration, more) {
        all.extend(more);
    }
    instance_of(server, "http", configuration).await
}

/// Makes an instance of the connector `http` without a credential.
pub(crate) async fn open_instance(server: &TestServer, base: &str) -> Instance {
    http_instance(server, base, "none", json!({})).await
}

/// Makes a key and returns its number and its text.
pub(crate) async fn key_of(server: &TestServer, instance: &Instance, limits: Value) -> (i64, String) {
    let mut body = json!({ "name": "a key" });
    if let (Value::Object(all), Value::Object(limits)) = (&mut body, limits) {
        all.extend(limits);
    }
    let made = server.admin().post(&format!("/instances/{}/keys", instance.id), body).await.ok();
    (made["id"].as_i64().expect("an id"), made["key"].as_str().expect("a key").to_owned())
}

/// A client that shows a key as `Bearer`.
pub(crate) fn bearer(server: &TestServer, key: &str) -> Client {
    Client::new(&server.url(), Some(format!("Bearer {key}")))
}

/// A server, a provider that echoes, and an instance without credential that calls it.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) server: TestServer,
    pub(crate) vendor: Vendor,
    pub(crate) instance: Instance,
    pub(crate) client: Client,
}

impl Setup {
    /// With a provider that echoes.
    pub(crate) async fn new() -> Self {
        Self::with(Vendor::echo().await).await
    }

    /// With a provider of one's own.
    pub(crate) async fn with(vendor: Vendor) -> Self {
        let server = TestServer::start();
        let instance = open_instance(&server, &vendor.url()).await;
        let client = server.element(&instance.token);
        Self { server, vendor, instance, client }
    }

    /// Sends a request byte by byte as it stands, with the token, and reads the answer to its end.
    pub(crate) async fn exchange(&self, request_line: &str, headers: &str) -> (Head, Vec<u8>) {
        let authorization = format!("Authorization: Element {}\r\n", self.instance.token);
        exchange(self.server.port(), request_line, &format!("{authorization}{headers}")).await
    }
}

/// A server and an instance of a provider that is played by the test, byte by byte.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) server: TestServer,
    pub(crate) provider: TcpListener,
    pub(crate) instance: Instance,
}

impl Played {
    /// On a server with ordinary settings.
    pub(crate) async fn new() -> Self {
        Self::on(TestServer::start()).await
    }

    /// On a server of one's own.
    pub(crate) async fn on(server: TestServer) -> Self {
        let provider = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", provider.local_addr().expect("an address"));
        let instance = open_instance(&server, &base).await;
        Self { server, provider, instance }
    }

    /// Begins a call: the caller's side of it.
    pub(crate) async fn call(&self, method: &str, path: &str, more: &str) -> Wire {
        let mut caller = Wire::connect(self.server.port()).await;
        let token = &self.instance.token;
        let head = format!("{method} /proxy{path} HTTP/1.1\r\nHost: k\r\nAuthorization: Element {token}\r\n{more}\r\n");
        caller.send(head.as_bytes()).await;
        caller
    }

    /// The provider's side of the next connection.
    pub(crate) async fn accept(&self) -> Wire {
        let (stream, _) = soon(self.provider.accept()).await.expect("a connection");
        Wire { stream, read: Vec::new() }
    }
}

/// Sends a head without a body to a port and reads the answer to its end.
pub(crate) async fn exchange(port: u16, request_line: &str, headers: &str) -> (Head, Vec<u8>) {
    let host = if headers.contains("Host:") { "" } else { "Host: k\r\n" };
    let mut caller = Wire::connect(port).await;
    caller.send(format!("{request_line}\r\n{host}{headers}Connection: close\r\n\r\n").as_bytes()).await;
    let head = caller.head().await;
    let rest = caller.rest().await;
    (head, rest)
}

/// One side of a TCP connection, byte by byte.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
}

/// The head of a message.
#[derive(Clone, Debug)]
pub(crate) struct Head(pub(crate) String);

impl Wire {
    pub(crate) async fn connect(port: u16) -> Self {
        Self { stream: TcpStream::connect(("127.0.0.1", port)).await.expect("a connection"), read: Vec::new() }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("the other side reads");
    }

    /// Reads up to and with a text, and returns what stood before it.
    pub(crate) async fn until(&mut self, mark: &str) -> String {
        let found = |read: &[u8]| read.windows(mark.len()).position(|window| window == mark.as_bytes());
        loop {
            if let Some(at) = found(&self.read) {
                let text = String::from_utf8_lossy(&self.read[..at]).into_owned();
                self.read.drain(..at + mark.len());
                return text;
            }
            let count = soon(self.stream.read_buf(&mut self.read)).await.expect("bytes");
            assert!(count > 0, "ended before {mark:?}: {}", String::from_utf8_lossy(&self.read));
        }
    }

    /// Reads the head of a message.
    pub(crate) async fn head(&mut self) -> Head {
        Head(self.until("\r\n\r\n").await)
    }

    /// Reads everything to the end of the connection, whether it is closed or broken.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        while let Ok(1..) = soon(self.stream.read_buf(&mut self.read)).await {}
        std::mem::take(&mut self.read)
    }
}

impl Head {
    /// The status of an answer.
    pub(crate) fn status(&self) -> u16 {
        self.0.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
    }

    /// The first line.
    pub(crate) fn line(&self) -> &str {
        self.0.lines().next().unwrap_or_default()
    }

    /// Every value of a header, in order.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let fields = self.0.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
    }
}

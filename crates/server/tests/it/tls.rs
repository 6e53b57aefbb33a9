//! Serving https with a certificate of the operator.

use std::io::Write;
use std::process::Command;
use std::sync::Arc;

use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::home::Home;
use crate::served::Served;

const REQUEST: &str = "
[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = localhost
[extensions]
subjectAltName = DNS:localhost
basicConstraints = critical, CA:FALSE
";

/// Makes a certificate for `localhost` and its key.
fn certificate(home: &Home) -> (String, String) {
    let request = home.write("request.conf", REQUEST);
    let (cert, key) = (home.text("cert.pem"), home.text("key.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650"])
        .args(["-config", &request, "-keyout", &key, "-out", &cert])
        .output()
        .expect("openssl is installed");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (cert, key)
}

async fn connect(served: &Served, cert: &str, protocol: &[u8]) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(cert).expect("a certificate")).expect("a root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = builder.expect("versions").with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(served.address()).await.expect("a connection");
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("the certificate that we made")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_versions_of_http_are_served_with_the_certificate() {
    let home = Home::new();
    let (cert, key) = certificate(&home);
    let served = home.serve(&["--tls-cert", &cert, "--tls-key", &key]);
    assert!(served.url.starts_with("https://127.0.0.1:"), "{}", served.url);
    let mut stream = connect(&served, &cert, b"http/1.1").await;
    let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("{\"status\":\"ok\"}"), "{answer}");

    let stream = connect(&served, &cert, b"h2").await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("HTTP/2");
    let connection = tokio::spawn(connection);
    let request = http::Request::get("https://localhost/healthz").body(String::new()).expect("a request");
    assert_eq!(sender.send_request(request).await.expect("an answer").status(), 200);
    drop(sender);
    connection.await.expect("an end").expect("a good one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_without_tls_harm_nobody() {
    let home = Home::new();
    let (cert, key) = certificate(&home);
    let served = home.serve(&["--tls-cert", &cert, "--tls-key", &key]);
    let mut plain = std::net::TcpStream::connect(served.address()).expect("a connection");
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("a request");
    let silent = std::net::TcpStream::connect(served.address()).expect("a connection");
    let mut stream = connect(&served, &cert, b"http/1.1").await;
    stream.write_all(b"GET /healthz HTTP/1.0\r\n\r\n").await.expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.contains(" 200 OK\r\n"), "{answer}");
    drop((plain, silent));
    assert_eq!(served.stop().err, "");
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let home = Home::new();
    let (cert, key) = certificate(&home);
    let kept = home.write("kept.pem", &crate::home::read(key.as_ref()));
    certificate(&home);
    let refusal = home.serve_refused(&["--tls-cert", &cert, "--tls-key", &kept]);
    assert!(refusal.starts_with("TLS: ") && refusal.contains("cannot be used"), "{refusal}");
}

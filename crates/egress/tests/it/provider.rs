//! A provider that speaks TLS and tells who called it, and over which connection.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncReadExt as _, copy, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::authority::{Authority, Identity};

/// A server on a port of its own.
pub(crate) struct Provider {
    port: u16,
}

/// The header that counts connections.
pub(crate) const CONNECTION: &str = "x-connection";

impl Provider {
    /// Serves as `localhost`, with a certificate of `authority`. Who calls must show one of `clients`, where given.
    pub(crate) async fn start(authority: &Authority, clients: Option<&Authority>, protocols: &[&str]) -> Self {
        let identity = authority.issue("localhost");
        let config = Arc::new(config(&identity, clients, protocols));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            for number in 1.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                tokio::spawn(serve(stream, TlsAcceptor::from(Arc::clone(&config)), number));
            }
        });
        Self { port }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}/", self.port)
    }
}

fn config(identity: &Identity, clients: Option<&Authority>, protocols: &[&str]) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the default versions");
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(clients) => {
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(clients.roots()), provider);
            builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
        }
    };
    let chain = vec![identity.certificate.clone()];
    let mut config = builder.with_single_cert(chain, identity.private_key()).expect("a fitting key");
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    config
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, number: usize) {
    let stream = match acceptor.accept(stream).into_fallible().await {
        Ok(stream) => stream,
        Err((_, mut stream)) => {
            // Closing on unread bytes would reset the connection and take the alert along.
            let mut rest = (&mut stream).take(1 << 20);
            drop(copy(&mut rest, &mut sink()).await);
            return;
        }
    };
    let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first().cloned());
    let shown = Bytes::from(shown.map(|certificate| certificate.to_vec()).unwrap_or_default());
    let answer = service_fn(move |_: Request<hyper::body::Incoming>| {
        let answer = Response::builder().header(CONNECTION, number).body(Full::new(shown.clone()));
        async move { Ok::<_, Infallible>(answer.expect("an answer")) }
    });
    drop(Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await);
}

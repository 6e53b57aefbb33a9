//! Why a request did not come back with an answer.

use std::net::IpAddr;

use thiserror::Error;

/// How far a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Making the connection, TLS included.
    Connect,
    /// Waiting for the head of the answer.
    FirstByte,
    /// In the middle of a body.
    Idle,
}

/// Why there is no answer. No message holds a header, a query or a body.
#[derive(Clone, Debug, Error)]
pub enum Error {
    /// The address policy closes this address.
    #[error("{host} is at {address}, which the egress policy does not open")]
    Blocked {
        /// Host as in the URL.
        host: String,
        /// Where it resolved to.
        address: IpAddr,
    },
    /// The name has no address.
    #[error("{host} cannot be resolved")]
    Resolve {
        /// Host as in the URL.
        host: String,
    },
    /// No connection.
    #[error("{host} cannot be connected to: {reason}")]
    Connect {
        /// Host as in the URL.
        host: String,
        /// What the operating system says.
        reason: String,
    },
    /// One side does not trust the other, or they have no way of encryption in common.
    #[error("TLS with {host} failed: {reason}")]
    Tls {
        /// Host as in the URL.
        host: String,
        /// What TLS says.
        reason: String,
    },
    /// Too slow.
    #[error("the provider did not answer in time ({0:?})")]
    Timeout(Stage),
    /// The connection broke or what came was no HTTP.
    #[error("the provider broke the connection: {0}")]
    Broken(String),
}

impl Error {
    /// Finds our own error in what the HTTP client reports, however deep it is wrapped.
    pub(crate) fn from_client(error: &hyper_util::client::legacy::Error, host: &str) -> Self {
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
        let mut deepest = String::new();
        while let Some(current) = source {
            if let Some(own) = current.downcast_ref::<Self>() {
                return own.clone();
            }
            // A refused certificate is often told after the handshake, in the middle of the first answer.
            if let Some(reason) = tls_reason(current) {
                return Self::Tls { host: host.to_owned(), reason };
            }
            deepest = current.to_string();
            source = inner(current);
        }
        if error.is_connect() {
            return Self::Connect { host: host.to_owned(), reason: deepest };
        }
        Self::Broken(deepest)
    }
}

/// What TLS says, if this is an error of it. HTTP/2 keeps no more of such an error than its kind and its text, but nothing
/// else on the way calls its data invalid.
fn tls_reason(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let error = error.downcast_ref::<std::io::Error>()?;
    (error.kind() == std::io::ErrorKind::InvalidData).then(|| error.to_string())
}

/// What an error wraps. An I/O error names as its source the source of what it wraps, and so passes that over.
fn inner<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a (dyn std::error::Error + 'static)> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

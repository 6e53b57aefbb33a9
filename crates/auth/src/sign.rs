//! Signatures and proofs that providers ask for. Nothing here does I/O; times, nonces and random bytes are handed in.

mod encode;
mod key;
mod pem;

pub mod jwt;
pub mod oauth1;
pub mod pkce;
pub mod sigv4;

pub(crate) use encode::Hex;
pub use key::{certificate_thumbprint, public_key_fingerprint};

use thiserror::Error;

/// Why something cannot be signed. No message holds a piece of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignError {
    /// No private key between PEM marks.
    #[error("the key holds no PEM private key")]
    NoKey,
    /// The private key has a pass phrase.
    #[error("the key is encrypted with a pass phrase")]
    EncryptedKey,
    /// The key is broken, too short, or for another algorithm.
    #[error("the key cannot be used for {0}")]
    UnfitKey(&'static str),
    /// The key is not written the way it is said to be.
    #[error("the key is not written in {0}")]
    KeyForm(&'static str),
    /// No readable certificate between PEM marks.
    #[error("the certificate holds no readable PEM certificate")]
    NoCertificate,
    /// A value that has to stand in a header cannot.
    #[error("{0} must not hold line breaks or other control characters")]
    HeaderValue(&'static str),
    /// There is nothing to sign for without a scheme and a host.
    #[error("the URL is not absolute")]
    RelativeUrl,
}

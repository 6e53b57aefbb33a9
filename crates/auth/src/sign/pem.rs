//! Keys and certificates as people keep them: PEM, sometimes with line breaks spelled out as JSON does.

use keyway_model::Secret;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::SignError;

/// The first private key of a PEM text, in PKCS#8, PKCS#1 or SEC 1.
pub(super) fn private_key(text: &str) -> Result<Secret<PrivateKeyDer<'static>>, SignError> {
    // Both forms of encrypted keys say so in their marks.
    if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(SignError::EncryptedKey);
    }
    let text = Secret::new(with_line_breaks(text));
    let key = PrivateKeyDer::from_pem_slice(text.expose().as_bytes());
    key.map(Secret::new).map_err(|_| SignError::NoKey)
}

/// The first certificate of a PEM text.
pub(super) fn certificate(text: &str) -> Result<CertificateDer<'static>, SignError> {
    CertificateDer::from_pem_slice(with_line_breaks(text).as_bytes()).map_err(|_| SignError::NoCertificate)
}

/// Keys are often copied out of a JSON file, where a line break is a backslash and an n. Neither occurs in base64.
fn with_line_breaks(text: &str) -> String {
    text.replace("\\n", "\n")
}

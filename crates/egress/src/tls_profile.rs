//! How TLS with one provider goes: the authorities that it is trusted by, and the certificate that it is shown.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use keyway_model::Secret;
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, InconsistentKeys, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;

use crate::roots;

/// Trust and identity for connections to one provider, read and checked.
pub struct TlsProfile {
    config: ClientConfig,
    digest: Digest,
}

/// What tells one profile from another: the SHA-256 of everything in it.
pub(crate) type Digest = [u8; 32];

/// Which part of a profile is wrong, and why. No message holds a piece of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TlsProfileError {
    /// The certificates of the authorities.
    #[error("authorities: {0}")]
    Authorities(PemFault),
    /// The certificate that is shown, with its chain.
    #[error("certificate: {0}")]
    Certificate(PemFault),
    /// The private key of that certificate.
    #[error("key: {0}")]
    Key(PemFault),
}

/// What is wrong with a PEM text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PemFault {
    /// Nothing between the right marks.
    #[error("holds no PEM block of the right kind")]
    Absent,
    /// A block is broken off or is no base64.
    #[error("holds a PEM block that cannot be decoded")]
    Broken,
    /// A block does not hold what its mark says, or a kind that is not supported.
    #[error("holds a PEM block whose content cannot be used")]
    Unusable,
    /// The private key has a pass phrase.
    #[error("is encrypted with a pass phrase")]
    Encrypted,
    /// More than one private key.
    #[error("holds several PEM blocks where one is wanted")]
    Several,
    /// The private key is not the one of the first certificate.
    #[error("does not fit the first certificate")]
    Mismatch,
}

impl TlsProfile {
    /// Reads a profile.
    ///
    /// `authorities` are PEM certificates that replace the public ones. `identity` is a PEM certificate, followed by those
    /// between it and its authority, and its PEM private key.
    pub fn new(authorities: Option<&str>, identity: Option<(&str, &Secret)>) -> Result<Self, TlsProfileError> {
        let mut digest = Fingerprint::new();
        let roots = match authorities {
            Some(text) => private_roots(text, &mut digest).map_err(TlsProfileError::Authorities)?,
            None => roots::public(),
        };
        let trusting = roots::trusting(roots);
        let config = match identity {
            None => trusting.with_no_client_auth(),
            Some((certificates, key)) => {
                let chain = certificates_of(certificates).map_err(TlsProfileError::Certificate)?;
                let key = key_of(key).map_err(TlsProfileError::Key)?;
                digest.add("identity", &chain);
                digest.add("key", &[key.secret_der()]);
                trusting.with_client_auth_cert(chain, key).map_err(|error| TlsProfileError::Key(fault(&error)))?
            }
        };
        Ok(Self { config, digest: digest.finish() })
    }

    /// What the TLS library is given.
    pub(crate) const fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// The same for two profiles that hold the same.
    pub(crate) const fn digest(&self) -> Digest {
        self.digest
    }
}

impl fmt::Debug for TlsProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsProfile(…)")
    }
}

fn private_roots(text: &str, digest: &mut Fingerprint) -> Result<RootCertStore, PemFault> {
    let certificates = certificates_of(text)?;
    digest.add("authorities", &certificates);
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate).map_err(|_| PemFault::Unusable)?;
    }
    Ok(roots)
}

fn certificates_of(text: &str) -> Result<Vec<CertificateDer<'static>>, PemFault> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let certificates = read.map_err(|_| PemFault::Broken)?;
    if certificates.is_empty() {
        return Err(PemFault::Absent);
    }
    let readable = certificates.iter().all(|certificate| ParsedCertificate::try_from(certificate).is_ok());
    if readable { Ok(certificates) } else { Err(PemFault::Unusable) }
}

fn key_of(text: &Secret) -> Result<PrivateKeyDer<'static>, PemFault> {
    let text = text.expose();
    // Both forms of encrypted keys say so in their marks.
    if text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(PemFault::Encrypted);
    }
    let mut keys = PrivateKeyDer::pem_slice_iter(text.as_bytes());
    let key = keys.next().ok_or(PemFault::Absent)?.map_err(|_| PemFault::Broken)?;
    if keys.next().is_some() { Err(PemFault::Several) } else { Ok(key) }
}

/// The certificates were read before, so what is left is about the key.
const fn fault(error: &rustls::Error) -> PemFault {
    match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => PemFault::Mismatch,
        _ => PemFault::Unusable,
    }
}

/// Hashes lists of blocks, each with its name and its lengths, so that no two profiles run together.
struct Fingerprint(Context);

impl Fingerprint {
    fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    fn add(&mut self, name: &str, blocks: &[impl AsRef<[u8]>]) {
        self.0.update(name.as_bytes());
        self.0.update(&(blocks.len() as u64).to_be_bytes());
        for block in blocks {
            let block = block.as_ref();
            self.0.update(&(block.len() as u64).to_be_bytes());
            self.0.update(block);
        }
    }

    fn finish(self) -> Digest {
        let mut digest = [0; 32];
        digest.copy_from_slice(self.0.finish().as_ref());
        digest
    }
}

#[cfg(test)]
mod tests;

//! `RSA-SHA1`, for providers that accept nothing else. The only user of the crate `rsa`, since aws-lc makes no such signatures.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use keyway_model::Secret;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::rand_core::OsRng;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use rustls_pki_types::PrivateKeyDer;

use crate::sign::{SignError, pem};

/// `DigestInfo` of RFC 8017 section 9.2 up to the digest, for SHA-1.
const SHA1_INFO: [u8; 15] = [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];
const UNFIT: SignError = SignError::UnfitKey("RSA-SHA1");

/// Signs a text with a PEM private key.
pub(super) fn sign(key: &Secret, text: &str) -> Result<Vec<u8>, SignError> {
    let key = pem::private_key(key.expose())?;
    let key = match key.expose() {
        PrivateKeyDer::Pkcs1(der) => RsaPrivateKey::from_pkcs1_der(der.secret_pkcs1_der()).map_err(|_| UNFIT),
        other => RsaPrivateKey::from_pkcs8_der(other.secret_der()).map_err(|_| UNFIT),
    }?;
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    let scheme = Pkcs1v15Sign { hash_len: Some(digest.as_ref().len()), prefix: Box::new(SHA1_INFO) };
    // Random numbers only blind the computation here; the signature is the same for all of them.
    key.sign_with_rng(&mut OsRng, scheme, digest.as_ref()).map_err(|_| UNFIT)
}

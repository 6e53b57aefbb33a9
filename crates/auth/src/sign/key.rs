//! What identifies a key or certificate to a provider that was given it before.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keyway_model::Secret;
use rustls_pki_types::PrivateKeyDer;

use super::{SignError, pem};

/// The SHA-256 of a PEM certificate in unpadded base64url: what the header `x5t#S256` of a JWT holds.
pub fn certificate_thumbprint(certificate: &str) -> Result<String, SignError> {
    Ok(URL_SAFE_NO_PAD.encode(digest(&SHA256, &pem::certificate(certificate)?)))
}

/// The SHA-256 of the public key (as `SubjectPublicKeyInfo`) that belongs to a PEM private key, in base64. Snowflake expects
/// it behind `SHA256:`.
pub fn public_key_fingerprint(private_key: &Secret) -> Result<String, SignError> {
    let key = pem::private_key(private_key.expose())?;
    let public = public_key(key.expose()).ok_or(SignError::UnfitKey("a fingerprint"))?;
    Ok(STANDARD.encode(digest(&SHA256, public.as_ref())))
}

fn public_key(key: &PrivateKeyDer<'_>) -> Option<PublicKeyX509Der<'static>> {
    if let Ok(pair) = rsa(key) {
        return pair.public_key().as_der().ok();
    }
    for curve in [&ECDSA_P256_SHA256_FIXED_SIGNING, &ECDSA_P384_SHA384_FIXED_SIGNING] {
        if let Ok(pair) = EcdsaKeyPair::from_private_key_der(curve, key.secret_der()) {
            return pair.public_key().as_der().ok();
        }
    }
    Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.secret_der()).ok()?.public_key().as_der().ok()
}

/// An RSA key, whichever of its two forms it is in.
pub(super) fn rsa(key: &PrivateKeyDer<'_>) -> Result<RsaKeyPair, aws_lc_rs::error::KeyRejected> {
    match key {
        PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
        other => RsaKeyPair::from_pkcs8(other.secret_der()),
    }
}

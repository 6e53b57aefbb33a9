//! Keys as they are written, and the signatures that they make.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaEncoding,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use keyway_model::Secret;

use super::{Algorithm, KeyForm};
use crate::sign::encode::unhex;
use crate::sign::{SignError, key, pem};

type Bytes = Secret<Vec<u8>>;

/// The bytes of a key.
pub(super) fn read(key: &Secret, form: KeyForm) -> Result<Bytes, SignError> {
    let text = key.expose();
    let bytes = match form {
        KeyForm::Text => text.as_bytes().to_vec(),
        KeyForm::Hex => unhex(text.trim()).ok_or(SignError::KeyForm("hexadecimal digits"))?,
        KeyForm::Base64 => base64(text).ok_or(SignError::KeyForm("base64"))?,
    };
    Ok(Secret::new(bytes))
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().filter(|digit| !digit.is_ascii_whitespace()).map(|digit| match digit {
        '-' => '+',
        '_' => '/',
        digit => digit,
    });
    let digits = Secret::new(digits.collect::<String>());
    STANDARD_NO_PAD.decode(digits.expose().trim_end_matches('=')).ok()
}

/// Signs with a key that fits the algorithm.
pub(super) fn sign(algorithm: Algorithm, key: &Bytes, message: &[u8]) -> Result<Vec<u8>, SignError> {
    let signed = match algorithm {
        Algorithm::Rs256 => rsa(&RSA_PKCS1_SHA256, key, message)?,
        Algorithm::Rs384 => rsa(&RSA_PKCS1_SHA384, key, message)?,
        Algorithm::Rs512 => rsa(&RSA_PKCS1_SHA512, key, message)?,
        Algorithm::Ps256 => rsa(&RSA_PSS_SHA256, key, message)?,
        Algorithm::Ps384 => rsa(&RSA_PSS_SHA384, key, message)?,
        Algorithm::Ps512 => rsa(&RSA_PSS_SHA512, key, message)?,
        Algorithm::Es256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, key, message)?,
        Algorithm::Es384 => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING, key, message)?,
        Algorithm::EdDsa => eddsa(key, message)?,
        Algorithm::Hs256 => shared(hmac::HMAC_SHA256, key, message),
        Algorithm::Hs384 => shared(hmac::HMAC_SHA384, key, message),
        Algorithm::Hs512 => shared(hmac::HMAC_SHA512, key, message),
    };
    signed.ok_or_else(|| SignError::UnfitKey(algorithm.name()))
}

/// `Err` where there is no key at all, `None` where it does not fit.
type Signed = Result<Option<Vec<u8>>, SignError>;

fn rsa(encoding: &'static dyn RsaEncoding, key: &Bytes, message: &[u8]) -> Signed {
    let key = pem::private_key(text(key)?)?;
    let Ok(pair) = key::rsa(key.expose()) else { return Ok(None) };
    let mut signature = vec![0; pair.public_modulus_len()];
    // aws-lc draws the salt of PSS itself; a caller's numbers would not be used.
    let done = pair.sign(encoding, &SystemRandom::new(), message, &mut signature);
    Ok(done.ok().map(|()| signature))
}

fn ecdsa(curve: &'static EcdsaSigningAlgorithm, key: &Bytes, message: &[u8]) -> Signed {
    let key = pem::private_key(text(key)?)?;
    let Ok(pair) = EcdsaKeyPair::from_private_key_der(curve, key.expose().secret_der()) else { return Ok(None) };
    // Here, too, aws-lc draws its own numbers.
    Ok(pair.sign(&SystemRandom::new(), message).ok().map(|signature| signature.as_ref().to_vec()))
}

fn eddsa(key: &Bytes, message: &[u8]) -> Signed {
    let key = pem::private_key(text(key)?)?;
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.expose().secret_der());
    Ok(pair.ok().map(|pair| pair.sign(message).as_ref().to_vec()))
}

/// Nobody means a secret without characters.
fn shared(algorithm: hmac::Algorithm, key: &Bytes, message: &[u8]) -> Option<Vec<u8>> {
    let key = key.expose();
    (!key.is_empty()).then(|| hmac::sign(&hmac::Key::new(algorithm, key), message).as_ref().to_vec())
}

fn text(key: &Bytes) -> Result<&str, SignError> {
    std::str::from_utf8(key.expose()).map_err(|_| SignError::NoKey)
}

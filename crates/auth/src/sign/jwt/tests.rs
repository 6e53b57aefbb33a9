//! Tokens that we sign, judged by another library, and tokens of others, true and false.

mod signing;
mod verifying;

use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keyway_model::Secret;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256};
use serde_json::{Map, Value, json};

use super::Algorithm;

/// One key of every kind, and what is published of them.
struct Keys {
    rsa: KeyPair,
    p256: KeyPair,
    p384: KeyPair,
    ed25519: KeyPair,
    shared: String,
}

impl Keys {
    fn new() -> Self {
        Self {
            rsa: KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap(),
            p256: KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(),
            p384: KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap(),
            ed25519: KeyPair::generate_for(&PKCS_ED25519).unwrap(),
            shared: "your-256-bit-secret".to_owned(),
        }
    }

    /// The private key for an algorithm.
    fn private(&self, algorithm: Algorithm) -> Secret {
        let pair = match algorithm {
            Algorithm::Es256 => &self.p256,
            Algorithm::Es384 => &self.p384,
            Algorithm::EdDsa => &self.ed25519,
            Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => return Secret::new(self.shared.clone()),
            _ => &self.rsa,
        };
        Secret::new(pair.serialize_pem())
    }

    /// The public keys, as an issuer would publish them.
    fn published(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let point = |pair: &KeyPair| {
            let (x, y) = pair.public_key_raw()[1..].split_at(pair.public_key_raw().len() / 2);
            (text(x), text(y))
        };
        let rsa = RsaKeyPair::from_pkcs8(&self.rsa.serialize_der()).unwrap();
        let rsa = RsaPublicKeyComponents::<Vec<u8>>::from(rsa.public_key());
        let ((x256, y256), (x384, y384)) = (point(&self.p256), point(&self.p384));
        json!({ "keys": [
            { "kty": "AKP", "kid": "rsa", "alg": "ML-DSA-44", "pub": "AAAA" },
            { "kty": "RSA", "kid": "rsa", "use": "sig", "n": text(&rsa.n), "e": text(&rsa.e) },
            { "kty": "EC", "kid": "p256", "crv": "P-256", "x": x256, "y": y256 },
            { "kty": "EC", "kid": "p384", "crv": "P-384", "x": x384, "y": y384, "alg": "ES384" },
            { "kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": text(self.ed25519.public_key_raw()) },
            { "kty": "oct", "kid": "oct", "k": text(b"published") },
        ]})
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("{other} is no object"),
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let lines: Vec<String> = STANDARD.encode(der).as_bytes().chunks(64).map(|line| text(line).to_owned()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

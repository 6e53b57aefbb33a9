//! JSON Web Tokens: assertions that we sign, and tokens of others that we read or verify.

mod signature;
#[cfg(test)]
mod tests;
mod verify;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyway_model::Secret;
use serde_json::{Map, Value};

pub use self::verify::{Expected, VerifyError, verify};
use super::SignError;

/// How a token is signed (RFC 7518, RFC 8037).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA PKCS#1 v1.5 with SHA-256.
    Rs256,
    /// RSA PKCS#1 v1.5 with SHA-384.
    Rs384,
    /// RSA PKCS#1 v1.5 with SHA-512.
    Rs512,
    /// RSA PSS with SHA-256.
    Ps256,
    /// RSA PSS with SHA-384.
    Ps384,
    /// RSA PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

/// How a key is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyForm {
    /// As it is: PEM, or the characters of a shared secret.
    #[default]
    Text,
    /// In hexadecimal digits.
    Hex,
    /// In base64 of either alphabet, padded or not.
    Base64,
}

/// A token to be signed.
#[derive(Clone, Copy, Debug)]
pub struct Jwt<'a> {
    /// How it is signed.
    pub algorithm: Algorithm,
    /// A private key in PEM (PKCS#8, PKCS#1 or SEC 1), or a shared secret for HMAC.
    pub key: &'a Secret,
    /// How the key is written.
    pub form: KeyForm,
    /// What the header holds besides `alg` and `typ`, such as `kid`. It may replace `typ`.
    pub header: &'a Map<String, Value>,
    /// What the token says.
    pub claims: &'a Map<String, Value>,
}

impl Jwt<'_> {
    /// The token. Members keep their order.
    pub fn sign(&self) -> Result<Secret, SignError> {
        let mut header = Map::new();
        header.insert("alg".to_owned(), self.algorithm.name().into());
        header.insert("typ".to_owned(), "JWT".into());
        let others = self.header.iter().filter(|(name, _)| *name != "alg");
        header.extend(others.map(|(name, value)| (name.clone(), value.clone())));
        let message = format!("{}.{}", encode(&header), encode(self.claims));
        let key = signature::read(self.key, self.form)?;
        let signature = signature::sign(self.algorithm, &key, message.as_bytes())?;
        Ok(Secret::new(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
    ];

    /// The name in a token's header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    /// The algorithm of a name; `None` for all that are not supported, `none` among them.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// What a token says, whoever signed it: only for what nothing depends on.
pub fn payload(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then(|| decode(payload))?
}

fn encode(part: &Map<String, Value>) -> String {
    URL_SAFE_NO_PAD.encode(Value::Object(part.clone()).to_string())
}

fn decode(part: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

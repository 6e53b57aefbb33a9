//! Tokens of others, such as the `id_token` of a sign-in: who signed them, for whom, and for how long.

use jsonwebtoken::{Algorithm as Kind, AlgorithmFamily, DecodingKey};
use keyway_model::{Secret, Timestamp};
use serde_json::{Map, Value};
use thiserror::Error;

use super::decode;

/// What a token has to say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Who signed it (`iss`).
    pub issuer: &'a str,
    /// For whom it is (`aud`): our client id.
    pub audience: &'a str,
    /// What was sent along with the question, so that an old answer does not pass.
    pub nonce: Option<&'a str>,
    /// The time.
    pub now: Timestamp,
    /// By how many seconds the clocks may differ.
    pub leeway: i64,
    /// The client's secret, which tokens may be signed with where it is given.
    pub secret: Option<&'a Secret>,
}

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// It is no signed token.
    #[error("the token is not a signed JWT")]
    Malformed,
    /// Its algorithm is none that is supported, or needs a secret where there is none.
    #[error("the token is signed in a way that is not accepted")]
    Algorithm,
    /// No published key is the one that it names. The keys may have changed since they were read.
    #[error("the token is signed with a key that its issuer does not publish")]
    UnknownKey,
    /// The signature is not the issuer's.
    #[error("the signature of the token is wrong")]
    Signature,
    /// It has expired.
    #[error("the token has expired")]
    Expired,
    /// It begins to be valid, or was issued, in the future.
    #[error("the token is not valid yet")]
    Early,
    /// A claim is missing or says something else.
    #[error("the claim {0} of the token is missing or wrong")]
    Claim(&'static str),
}

/// Verifies a token and returns what it says. `keys` is the issuer's JSON Web Key Set.
pub fn verify(token: &str, keys: &Value, expected: &Expected<'_>) -> Result<Map<String, Value>, VerifyError> {
    let (message, signature) = token.rsplit_once('.').ok_or(VerifyError::Malformed)?;
    let (header, payload) = message.split_once('.').ok_or(VerifyError::Malformed)?;
    let Some(Value::Object(header)) = decode(header) else { return Err(VerifyError::Malformed) };
    // An extension that must be understood, and that we do not understand.
    if header.contains_key("crit") {
        return Err(VerifyError::Algorithm);
    }
    let kind: Kind = header.get("alg").and_then(|name| name.as_str()?.parse().ok()).ok_or(VerifyError::Algorithm)?;
    let candidates = match kind.family() {
        // Never with a key of the set: what is published would then be enough to sign.
        AlgorithmFamily::Hmac => vec![shared_key(expected.secret).ok_or(VerifyError::Algorithm)?],
        _ => published_keys(keys, kind, &header),
    };
    if candidates.is_empty() {
        return Err(VerifyError::UnknownKey);
    }
    let made = |key: &DecodingKey| jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, kind);
    if !candidates.iter().any(|key| matches!(made(key), Ok(true))) {
        return Err(VerifyError::Signature);
    }
    let Some(Value::Object(claims)) = decode(payload) else { return Err(VerifyError::Malformed) };
    check(&claims, expected)?;
    Ok(claims)
}

/// A client without a secret must not be talked into believing whoever signs with none.
fn shared_key(secret: Option<&Secret>) -> Option<DecodingKey> {
    let secret = secret.map(Secret::expose).filter(|secret| !secret.is_empty())?;
    Some(DecodingKey::from_secret(secret.as_bytes()))
}

/// The keys that may have made a signature. A set may hold keys that we cannot read; they are no hindrance.
fn published_keys(keys: &Value, kind: Kind, header: &Map<String, Value>) -> Vec<DecodingKey> {
    let keys = keys.get("keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let signs = Value::from("sig");
    let may = |key: &&Value| {
        let agrees = |name: &str, wanted: Option<&Value>| {
            let given = key.get(name);
            given.is_none() || wanted.is_none() || given == wanted
        };
        agrees("kid", header.get("kid")) && agrees("alg", header.get("alg")) && agrees("use", Some(&signs))
    };
    keys.iter().filter(may).filter_map(|key| decoding_key(key, kind)).collect()
}

fn decoding_key(key: &Value, kind: Kind) -> Option<DecodingKey> {
    let member = |name: &str| key.get(name).and_then(Value::as_str);
    let curve = |name: &str| member("crv").filter(|curve| *curve == name);
    match (kind, member("kty")?) {
        (Kind::ES256, "EC") => curve("P-256").and(DecodingKey::from_ec_components(member("x")?, member("y")?).ok()),
        (Kind::ES384, "EC") => curve("P-384").and(DecodingKey::from_ec_components(member("x")?, member("y")?).ok()),
        (Kind::EdDSA, "OKP") => curve("Ed25519").and(DecodingKey::from_ed_components(member("x")?).ok()),
        (_, "RSA") if kind.family() == AlgorithmFamily::Rsa => {
            DecodingKey::from_rsa_components(member("n")?, member("e")?).ok()
        }
        _ => None,
    }
}

fn check(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), VerifyError> {
    let is = |name: &str, wanted: &str| claims.get(name).is_some_and(|value| value == wanted);
    if !is("iss", expected.issuer) {
        return Err(VerifyError::Claim("iss"));
    }
    let among = |all: &[Value]| all.iter().any(|one| one == expected.audience);
    if !is("aud", expected.audience) && !claims.get("aud").and_then(Value::as_array).is_some_and(|all| among(all)) {
        return Err(VerifyError::Claim("aud"));
    }
    // Issued for another client, which may pass it on to many.
    if claims.contains_key("azp") && !is("azp", expected.audience) {
        return Err(VerifyError::Claim("azp"));
    }
    if expected.nonce.is_some_and(|nonce| !is("nonce", nonce)) {
        return Err(VerifyError::Claim("nonce"));
    }
    let now = expected.now.as_millis().div_euclid(1000);
    if now.saturating_sub(expected.leeway) >= time(claims, "exp")?.ok_or(VerifyError::Claim("exp"))? {
        return Err(VerifyError::Expired);
    }
    for begin in ["nbf", "iat"] {
        if time(claims, begin)?.is_some_and(|begin| begin > now.saturating_add(expected.leeway)) {
            return Err(VerifyError::Early);
        }
    }
    Ok(())
}

/// A time in whole seconds; some issuers write fractions.
fn time(claims: &Map<String, Value>, name: &'static str) -> Result<Option<i64>, VerifyError> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let number = value.as_number().map(ToString::to_string);
    let whole = number.as_deref().and_then(|number| number.split('.').next()).and_then(|whole| whole.parse().ok());
    whole.map(Some).ok_or(VerifyError::Claim(name))
}

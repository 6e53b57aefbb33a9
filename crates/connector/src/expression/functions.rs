//! Functions of expressions: a few of JavaScript's own, and those that providers' credentials need.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::signature::KeyPair as _;
use aws_lc_rs::{digest, hmac, rsa, signature};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keyway_model::Timestamp;
use percent_encoding::utf8_percent_encode;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::Value;

use super::evaluate::{plain, string};
use super::{json, number, seconds};
use crate::Scope;
use crate::date;

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Number,
    String,
    ParseInt,
    ParseFloat,
    EncodeUriComponent,
    JsonParse,
    JsonStringify,
    Base64,
    Base64Url,
    FromBase64,
    Hex,
    Md5Hex,
    Sha1Hex,
    Sha1Base64,
    Sha256Hex,
    Sha256Base64,
    HmacSha1Hex,
    HmacSha1Base64,
    HmacSha256Hex,
    HmacSha256Base64,
    HmacSha512Hex,
    Ed25519Sign,
    Fingerprint,
    Jwt,
    Now,
    NowMs,
    Date,
    Random,
    Uuid,
    Seconds,
}

/// Names, with the fewest and most arguments.
const FUNCTIONS: [(&str, Function, usize, usize); 30] = [
    ("Number", Function::Number, 1, 1),
    ("String", Function::String, 1, 1),
    ("parseInt", Function::ParseInt, 1, 2),
    ("parseFloat", Function::ParseFloat, 1, 1),
    ("encodeURIComponent", Function::EncodeUriComponent, 1, 1),
    ("JSON.parse", Function::JsonParse, 1, 1),
    ("JSON.stringify", Function::JsonStringify, 1, 1),
    ("base64", Function::Base64, 1, 1),
    ("base64url", Function::Base64Url, 1, 1),
    ("fromBase64", Function::FromBase64, 1, 1),
    ("hex", Function::Hex, 1, 1),
    ("md5Hex", Function::Md5Hex, 1, 1),
    ("sha1Hex", Function::Sha1Hex, 1, 1),
    ("sha1Base64", Function::Sha1Base64, 1, 1),
    ("sha256Hex", Function::Sha256Hex, 1, 1),
    ("sha256Base64", Function::Sha256Base64, 1, 1),
    ("hmacSha1Hex", Function::HmacSha1Hex, 2, 2),
    ("hmacSha1Base64", Function::HmacSha1Base64, 2, 2),
    ("hmacSha256Hex", Function::HmacSha256Hex, 2, 2),
    ("hmacSha256Base64", Function::HmacSha256Base64, 2, 2),
    ("hmacSha512Hex", Function::HmacSha512Hex, 2, 2),
    ("ed25519Sign", Function::Ed25519Sign, 2, 2),
    ("fingerprint", Function::Fingerprint, 1, 1),
    ("jwt", Function::Jwt, 1, 1),
    ("now", Function::Now, 0, 0),
    ("nowMs", Function::NowMs, 0, 0),
    ("date", Function::Date, 1, 2),
    ("random", Function::Random, 0, 0),
    ("uuid", Function::Uuid, 0, 0),
    ("seconds", Function::Seconds, 1, 1),
];

impl Function {
    pub(super) fn parse(name: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|(known, ..)| *known == name).map(|(_, function, ..)| *function)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        FUNCTIONS.iter().map(|(name, ..)| *name)
    }

    pub(super) fn takes(self) -> (usize, usize) {
        FUNCTIONS
            .iter()
            .find(|(_, function, ..)| *function == self)
            .map_or((0, 0), |(_, _, least, most)| (*least, *most))
    }

    /// Whether it tells the time or gives chance.
    pub(super) const fn is_moving(self) -> bool {
        matches!(self, Self::Now | Self::NowMs | Self::Date | Self::Random | Self::Uuid)
    }
}

/// Calls a function. Of nothing, everything is nothing; what cannot be done gives nothing.
pub(super) fn call(function: Function, arguments: &[Value], scope: &Scope<'_>) -> Value {
    let argument = |at: usize| arguments.get(at).unwrap_or(&Value::Null);
    let moment = scope.moment();
    match function {
        Function::Number => number::value(number::of(argument(0))),
        Function::String => string(argument(0)).into(),
        Function::ParseInt => number::value(number::parse_int(&string(argument(0)), number::of(argument(1)))),
        Function::ParseFloat => number::value(number::parse_float(&string(argument(0)))),
        Function::EncodeUriComponent => utf8_percent_encode(&string(argument(0)), URI_COMPONENT).to_string().into(),
        Function::JsonParse => json::read(&string(argument(0))).unwrap_or_default(),
        Function::JsonStringify => json::write(argument(0)).into(),
        Function::Now => (moment.now.as_millis() / 1000).into(),
        Function::NowMs => moment.now.as_millis().into(),
        Function::Date => date_of(argument(0), argument(1), moment.now),
        Function::Random => hex(&moment.random[..16]).into(),
        Function::Uuid => uuid(&moment.random).into(),
        _ if arguments.iter().any(Value::is_null) => Value::Null,
        Function::Seconds => match argument(0) {
            Value::Number(number) => Value::Number(number.clone()),
            other => seconds(&string(other)).map_or(Value::Null, Value::from),
        },
        Function::Jwt => payload(&string(argument(0))).unwrap_or(Value::Null),
        Function::FromBase64 => from_base64(&string(argument(0))).map_or(Value::Null, Value::from),
        Function::Ed25519Sign => ed25519(&plain(argument(0)), &string(argument(1))).map_or(Value::Null, Value::from),
        Function::Fingerprint => fingerprint(&string(argument(0))).map_or(Value::Null, Value::from),
        _ => digests(function, plain(argument(0)).as_bytes(), plain(argument(1)).as_bytes()).into(),
    }
}

/// What `encodeURIComponent` leaves as it is.
const URI_COMPONENT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

fn digests(function: Function, text: &[u8], key: &[u8]) -> String {
    let digest = |algorithm| digest::digest(algorithm, text).as_ref().to_vec();
    let keyed = |algorithm| hmac::sign(&hmac::Key::new(algorithm, key), text).as_ref().to_vec();
    match function {
        Function::Base64 => STANDARD.encode(text),
        Function::Base64Url => URL_SAFE_NO_PAD.encode(text),
        Function::Hex => hex(text),
        Function::Md5Hex => hex(&md5(text)),
        Function::Sha1Hex => hex(&digest(&digest::SHA1_FOR_LEGACY_USE_ONLY)),
        Function::Sha1Base64 => STANDARD.encode(digest(&digest::SHA1_FOR_LEGACY_USE_ONLY)),
        Function::Sha256Hex => hex(&digest(&digest::SHA256)),
        Function::Sha256Base64 => STANDARD.encode(digest(&digest::SHA256)),
        Function::HmacSha1Hex => hex(&keyed(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY)),
        Function::HmacSha1Base64 => STANDARD.encode(keyed(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY)),
        Function::HmacSha256Hex => hex(&keyed(hmac::HMAC_SHA256)),
        Function::HmacSha256Base64 => STANDARD.encode(keyed(hmac::HMAC_SHA256)),
        Function::HmacSha512Hex => hex(&keyed(hmac::HMAC_SHA512)),
        _ => String::new(),
    }
}

fn md5(text: &[u8]) -> [u8; 16] {
    use md5::Digest as _;
    md5::Md5::digest(text).into()
}

fn ed25519(message: &str, pem: &str) -> Option<String> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).ok()?;
    let key = signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()).ok()?;
    Some(STANDARD.encode(key.sign(message.as_bytes())))
}

/// The base64 of the SHA-256 of the public key (RFC 5280 `SubjectPublicKeyInfo`) that belongs to a private RSA key.
fn fingerprint(pem: &str) -> Option<String> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).ok()?;
    let key = rsa::KeyPair::from_pkcs8(der.secret_pkcs8_der()).ok()?;
    let public = key.public_key().as_der().ok()?;
    Some(STANDARD.encode(digest::digest(&digest::SHA256, public.as_ref())))
}

/// The claims of a JSON web token, unverified.
fn payload(token: &str) -> Option<Value> {
    let claims = token.split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn from_base64(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '=').collect();
    let url_safe = plain.replace('+', "-").replace('/', "_");
    String::from_utf8(URL_SAFE_NO_PAD.decode(url_safe).ok()?).ok()
}

fn date_of(format: &Value, offset: &Value, now: Timestamp) -> Value {
    let offset = match offset {
        Value::Null => 0,
        other => other.as_i64().or_else(|| seconds(&string(other))).unwrap_or(0),
    };
    date::write(now.plus_seconds(offset), &string(format)).into()
}

fn uuid(random: &[u8; 32]) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&random[16..]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

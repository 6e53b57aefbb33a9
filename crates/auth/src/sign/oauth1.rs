//! OAuth 1.0a (RFC 5849): a request signed with the secrets of a client and, once there is one, of a token.

mod base_string;
#[cfg(feature = "rsa-sha1")]
mod rsa_sha1;
#[cfg(test)]
mod tests;

use std::fmt;

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Method, Uri};
use keyway_model::{Secret, Timestamp};

use super::SignError;
use super::encode::strict;

/// Who signs, and how.
#[derive(Clone, Copy, Debug)]
pub struct OAuth1<'a> {
    /// The client's identifier.
    pub consumer_key: &'a str,
    /// The client's secret; with an RSA method the client's private key in PEM.
    pub consumer_secret: &'a Secret,
    /// A token and its secret: none when temporary credentials are asked for.
    pub token: Option<(&'a str, &'a Secret)>,
    /// How the signature is made.
    pub method: SignatureMethod,
    /// Told in the header and not signed.
    pub realm: Option<&'a str>,
    /// Where the user is sent back to: with the request for temporary credentials only.
    pub callback: Option<&'a str>,
    /// What the user came back with: with the request for a token only.
    pub verifier: Option<&'a str>,
    /// Whether to say `oauth_version`, which is optional and which some providers insist on.
    pub version: bool,
    /// Whether to sign a digest of bodies that are no forms (`oauth_body_hash`, an extension).
    pub body_hash: bool,
}

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureMethod {
    /// `HMAC-SHA1`, which most providers expect.
    HmacSha1,
    /// `HMAC-SHA256`.
    HmacSha256,
    /// `PLAINTEXT`: the secrets themselves, for TLS only.
    Plaintext,
    /// `RSA-SHA1`. The cargo feature `rsa-sha1` is off by default, because it brings the crate `rsa`.
    #[cfg(feature = "rsa-sha1")]
    RsaSha1,
}

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The method.
    pub method: &'a Method,
    /// Absolute, and just as it will be sent but for parameters that are added to its query.
    pub uri: &'a Uri,
    /// The body.
    pub content: Content<'a>,
}

/// A body.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// Of the type `application/x-www-form-urlencoded`: its parameters are signed.
    Form(&'a [u8]),
    /// Of any other type; empty where there is no body.
    Other(&'a [u8]),
}

impl fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Form(_)) { "Form(…)" } else { "Other(…)" })
    }
}

/// A parameter of the protocol.
type Parameter = (&'static str, String);

impl OAuth1<'_> {
    /// The value of the header `authorization`. `nonce` must be another for every request of a second.
    pub fn header(&self, message: &Message<'_>, nonce: &str, time: Timestamp) -> Result<HeaderValue, SignError> {
        let realm = self.realm.map(|realm| format!("realm=\"{}\"", realm.replace('\\', "\\\\").replace('"', "\\\"")));
        let signed = self.signed(message, nonce, time)?;
        let parameters = signed.iter().map(|(name, value)| format!("{name}=\"{}\"", strict(value.as_bytes())));
        let text = format!("OAuth {}", realm.into_iter().chain(parameters).collect::<Vec<_>>().join(", "));
        let mut value = HeaderValue::from_str(&text).map_err(|_| SignError::HeaderValue("the realm"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// The query of the URI with the signature in it, for providers that expect it there.
    pub fn query(&self, message: &Message<'_>, nonce: &str, time: Timestamp) -> Result<Secret, SignError> {
        let own = message.uri.query().filter(|query| !query.is_empty()).map(str::to_owned);
        let signed = self.signed(message, nonce, time)?;
        let parameters = signed.iter().map(|(name, value)| format!("{name}={}", strict(value.as_bytes())));
        Ok(Secret::new(own.into_iter().chain(parameters).collect::<Vec<_>>().join("&")))
    }

    fn signed(&self, message: &Message<'_>, nonce: &str, time: Timestamp) -> Result<Vec<Parameter>, SignError> {
        let mut parameters = self.parameters(message, nonce, time);
        parameters.push(("oauth_signature", self.signature(message, &parameters)?));
        Ok(parameters)
    }

    fn parameters(&self, message: &Message<'_>, nonce: &str, time: Timestamp) -> Vec<Parameter> {
        let seconds = time.as_millis().div_euclid(1000);
        let all = [
            ("oauth_consumer_key", Some(self.consumer_key.to_owned())),
            ("oauth_token", self.token.map(|(token, _)| token.to_owned())),
            ("oauth_signature_method", Some(self.method.name().to_owned())),
            ("oauth_timestamp", Some(seconds.to_string())),
            ("oauth_nonce", Some(nonce.to_owned())),
            ("oauth_version", self.version.then(|| "1.0".to_owned())),
            ("oauth_callback", self.callback.map(str::to_owned)),
            ("oauth_verifier", self.verifier.map(str::to_owned)),
            ("oauth_body_hash", self.digest_of(message.content)),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Forms are signed themselves, and `PLAINTEXT` signs nothing.
    fn digest_of(&self, content: Content<'_>) -> Option<String> {
        let Content::Other(body) = content else { return None };
        if !self.body_hash || self.method == SignatureMethod::Plaintext {
            return None;
        }
        let is_sha256 = self.method == SignatureMethod::HmacSha256;
        let algorithm = if is_sha256 { &digest::SHA256 } else { &digest::SHA1_FOR_LEGACY_USE_ONLY };
        Some(STANDARD.encode(digest::digest(algorithm, body)))
    }

    fn signature(&self, message: &Message<'_>, parameters: &[Parameter]) -> Result<String, SignError> {
        let base = base_string::of(message, parameters)?;
        let algorithm = match self.method {
            SignatureMethod::HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            SignatureMethod::HmacSha256 => hmac::HMAC_SHA256,
            SignatureMethod::Plaintext => return Ok(self.secrets().expose().clone()),
            #[cfg(feature = "rsa-sha1")]
            SignatureMethod::RsaSha1 => {
                return rsa_sha1::sign(self.consumer_secret, &base).map(|signature| STANDARD.encode(signature));
            }
        };
        let key = hmac::Key::new(algorithm, self.secrets().expose().as_bytes());
        Ok(STANDARD.encode(hmac::sign(&key, base.as_bytes())))
    }

    fn secrets(&self) -> Secret {
        let token = self.token.map_or("", |(_, secret)| secret.expose());
        Secret::new(format!("{}&{}", strict(self.consumer_secret.expose().as_bytes()), strict(token.as_bytes())))
    }
}

impl SignatureMethod {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
            Self::Plaintext => "PLAINTEXT",
            #[cfg(feature = "rsa-sha1")]
            Self::RsaSha1 => "RSA-SHA1",
        }
    }
}

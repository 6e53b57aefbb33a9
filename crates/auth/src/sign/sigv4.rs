//! AWS Signature Version 4: the headers by which AWS, and what speaks its dialect, recognises a request.

mod canonical;
#[cfg(test)]
mod tests;

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use keyway_model::{Secret, Timestamp};

use self::canonical::CanonicalRequest;
use super::SignError;
use super::encode::Hex;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

const DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const CONTENT: HeaderName = HeaderName::from_static("x-amz-content-sha256");

/// Who signs, and for which service.
#[derive(Clone, Copy, Debug)]
pub struct SigV4<'a> {
    /// Names the secret.
    pub access_key_id: &'a str,
    /// Signs.
    pub secret_access_key: &'a Secret,
    /// Comes with credentials that expire.
    pub session_token: Option<&'a Secret>,
    /// Such as `eu-central-1`.
    pub region: &'a str,
    /// As in the service's host name, such as `s3` or `execute-api`.
    pub service: &'a str,
}

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub struct Signable<'a> {
    /// The method.
    pub method: &'a Method,
    /// Absolute, and just as it will be sent.
    pub uri: &'a Uri,
    /// Headers that the signature covers; whatever changes on the way is left out of it.
    pub headers: &'a HeaderMap,
    /// The body.
    pub payload: Payload<'a>,
}

/// How far the signature covers the body.
#[derive(Clone, Copy)]
pub enum Payload<'a> {
    /// All of it.
    Bytes(&'a [u8]),
    /// Not at all, which S3 accepts over TLS: the body may stream.
    Unsigned,
}

impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Unsigned) { "Unsigned" } else { "Bytes(…)" })
    }
}

impl SigV4<'_> {
    /// The headers that sign a request: they replace those of the same names.
    pub fn sign(&self, request: &Signable<'_>, time: Timestamp) -> Result<HeaderMap, SignError> {
        let moment = time.to_string().replace(['-', ':'], "");
        let payload = match request.payload {
            Payload::Bytes(bytes) => Hex(digest(&SHA256, bytes)).to_string(),
            Payload::Unsigned => UNSIGNED.to_owned(),
        };
        let mut headers = HeaderMap::new();
        headers.insert(DATE, value("the time", &moment)?);
        if self.is_s3() || matches!(request.payload, Payload::Unsigned) {
            headers.insert(CONTENT, value("the digest of the body", &payload)?);
        }
        if let Some(token) = self.session_token {
            headers.insert(TOKEN, sensitive(value("the session token", token.expose())?));
        }
        let canonical = CanonicalRequest::of(request, &headers, self.is_s3())?;
        let day = moment.get(..8).unwrap_or_default();
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let digest = Hex(digest(&SHA256, &canonical.text(&payload)));
        let signature = self.signature(day, &format!("{ALGORITHM}\n{moment}\n{scope}\n{digest}"));
        let authorization = format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={signature}",
            self.access_key_id,
            canonical.signed_headers(),
        );
        headers.insert(AUTHORIZATION, sensitive(value("the access key id, region or service", &authorization)?));
        Ok(headers)
    }

    /// S3 takes paths as they are and wants the digest of the body as a header; so do its kindred.
    fn is_s3(&self) -> bool {
        matches!(self.service, "s3" | "s3express") || self.service.starts_with("s3-")
    }

    fn signature(&self, day: &str, text: &str) -> String {
        let secret = Secret::new(format!("AWS4{}", self.secret_access_key.expose()));
        let seed = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        let steps = [day, self.region, self.service, "aws4_request"];
        let key = steps
            .iter()
            .fold(seed, |key, step| hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, step.as_bytes()).as_ref()));
        Hex(hmac::sign(&key, text.as_bytes())).to_string()
    }
}

fn value(name: &'static str, text: &str) -> Result<HeaderValue, SignError> {
    HeaderValue::from_str(text).map_err(|_| SignError::HeaderValue(name))
}

fn sensitive(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}

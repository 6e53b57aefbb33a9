//! OAuth 1.0a as definitions describe it: whose secrets sign what.

use http::{HeaderMap, HeaderValue, Method, Uri, header};
use keyway_connector::{Moment, OAuth1, OAuth1Method, Scope};
use keyway_model::{Problems, Secret};

use crate::sign::oauth1::{self, Content, Message, SignatureMethod};
use crate::sign::{Hex, SignError};

/// The secrets that a definition's templates fill.
struct Filled {
    consumer: (Secret, Secret),
    token: Option<(Secret, Secret)>,
    realm: Option<Secret>,
    method: SignatureMethod,
    body_hash: bool,
}

impl Filled {
    fn of(one: &OAuth1, scope: &Scope<'_>) -> Result<Self, Problems> {
        let token = one.token.fill_if_complete(scope).map(|token| (token, one.token_secret.fill(scope)));
        Ok(Self {
            consumer: (one.consumer_key.fill(scope), one.consumer_secret.fill(scope)),
            token,
            realm: one.realm.as_ref().and_then(|realm| realm.fill_if_complete(scope)),
            method: method(one.method.fill(scope).expose())?,
            body_hash: one.body_hash,
        })
    }

    fn signer<'a>(&'a self, callback: Option<&'a str>, verifier: Option<&'a str>) -> oauth1::OAuth1<'a> {
        oauth1::OAuth1 {
            consumer_key: self.consumer.0.expose(),
            consumer_secret: &self.consumer.1,
            token: self.token.as_ref().map(|(token, secret)| (token.expose().as_str(), secret)),
            method: self.method,
            realm: self.realm.as_ref().map(|realm| realm.expose().as_str()),
            callback,
            verifier,
            version: true,
            body_hash: self.body_hash,
        }
    }
}

fn method(name: &str) -> Result<SignatureMethod, Problems> {
    let unknown = || Problems::one("sign.oauth1", format!("\"{name}\" is no way of OAuth 1.0a to sign"));
    match OAuth1Method::named(name).ok_or_else(unknown)? {
        OAuth1Method::HmacSha1 => Ok(SignatureMethod::HmacSha1),
        OAuth1Method::HmacSha256 => Ok(SignatureMethod::HmacSha256),
        OAuth1Method::Plaintext => Ok(SignatureMethod::Plaintext),
        #[cfg(feature = "rsa-sha1")]
        OAuth1Method::RsaSha1 => Ok(SignatureMethod::RsaSha1),
        #[cfg(not(feature = "rsa-sha1"))]
        OAuth1Method::RsaSha1 => Err(Problems::one("sign.oauth1", "RSA-SHA1 is not part of this build")),
    }
}

/// The header of a request for a token, with its protocol parameters.
pub(crate) fn token_request(
    one: &OAuth1,
    scope: &Scope<'_>,
    (method, uri): (&Method, &str),
    protocol: &[(&'static str, String)],
    moment: Moment,
) -> Result<HeaderValue, Problems> {
    let filled = Filled::of(one, scope)?;
    let parameter = |name: &str| protocol.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let uri: Uri = uri.parse().map_err(|_| Problems::one("token", "is not a URL"))?;
    let message = Message { method, uri: &uri, content: Content::Other(b"") };
    let signer = filled.signer(parameter("oauth_callback"), parameter("oauth_verifier"));
    signer.header(&message, &nonce(moment), moment.now).map_err(problem)
}

/// Signs a call: the header, or the URL with the parameters in its query.
pub(crate) fn call(
    one: &OAuth1,
    scope: &Scope<'_>,
    (method, uri): (&Method, String),
    headers: &mut HeaderMap,
    (body, moment): (&[u8], Moment),
) -> Result<String, Problems> {
    let filled = Filled::of(one, scope)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_form = kind
        .split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    let content = if is_form { Content::Form(body) } else { Content::Other(body) };
    let parsed: Uri = uri.parse().map_err(|_| Problems::one("path", "cannot be part of a URL"))?;
    let message = Message { method, uri: &parsed, content };
    let signer = filled.signer(None, None);
    if one.in_query {
        let query = signer.query(&message, &nonce(moment), moment.now).map_err(problem)?;
        let (before, _) = uri.split_once('?').unwrap_or((&uri, ""));
        return Ok(format!("{before}?{}", query.expose()));
    }
    let value = signer.header(&message, &nonce(moment), moment.now).map_err(problem)?;
    headers.insert(header::AUTHORIZATION, value);
    Ok(uri)
}

/// Another one for every request.
fn nonce(moment: Moment) -> String {
    Hex(&moment.random[..16]).to_string()
}

fn problem(error: SignError) -> Problems {
    Problems::one("sign.oauth1", error.to_string())
}

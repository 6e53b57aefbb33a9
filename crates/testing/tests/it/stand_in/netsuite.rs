//! A NetSuite account, from Oracle's help centre ("The Three-Step TBA Authorization Flow", "REST Web Services") and RFC 5849:
//! every request is signed with HMAC-SHA256, its realm is the account, a nonce is good once. The signature is computed here
//! from the RFC alone.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyway_testing::{Reply, Vendor};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::{Serializer, parse};

use super::{Request, cut, nothing};

/// The client: consumer key and secret.
pub(crate) const CLIENT: (&str, &str) = (
    "ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4",
    "d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5",
);
/// A token that somebody made by hand, and its secret.
pub(crate) const BY_HAND: (&str, &str) = (
    "2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb845b73d87569f5cc",
    "c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295",
);
/// The account; its hosts are called 123456-sb1.
pub(crate) const ACCOUNT: &str = "123456_SB1";
/// What RFC 5849 section 3.6 leaves as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Starts the stand-in of an account with three customers.
pub(crate) async fn start() -> Vendor {
    let tokens = BTreeMap::from([(BY_HAND.0.to_owned(), BY_HAND.1.to_owned())]);
    super::serve(Account { tokens, ..Account::default() }, Account::answer).await
}

#[derive(Default)]
struct Account {
    /// Temporary tokens by themselves: secret, callback and verifier.
    temporary: BTreeMap<String, (String, String, String)>,
    tokens: BTreeMap<String, String>,
    nonces: BTreeSet<String>,
    made: usize,
}

impl Account {
    fn answer(&mut self, request: &Request<'_>) -> Reply {
        match (request.method, request.path.as_slice()) {
            ("POST" | "GET", ["rest", "requesttoken"]) => self.request_token(request),
            ("GET", ["app", "login", "secure", "authorizetoken.nl"]) => self.consent(request),
            ("POST" | "GET", ["rest", "accesstoken"]) => self.access_token(request),
            (_, ["services", "rest", "record", "v1", rest @ ..]) => {
                let rest = rest.to_vec();
                match self.verified(request, |account, token| account.tokens.get(token).cloned()) {
                    Ok(_) => data(&rest, request),
                    Err(why) => failed(401, why),
                }
            }
            _ => failed(404, "not found"),
        }
    }

    fn request_token(&mut self, request: &Request<'_>) -> Reply {
        let signed = match self.verified(request, |_, token| token.is_empty().then(String::new)) {
            Ok(signed) => signed,
            Err(why) => return failed(401, why),
        };
        let Some(callback) = signed.get("oauth_callback") else { return failed(400, "missing callback") };
        let (token, secret) = self.pair("temporary");
        self.temporary.insert(token.clone(), (secret.clone(), callback.clone(), format!("verifier-{}", self.made)));
        form(&[("oauth_token", &token), ("oauth_token_secret", &secret), ("oauth_callback_confirmed", "true")])
    }

    fn consent(&self, request: &Request<'_>) -> Reply {
        let token = request.query("oauth_token").unwrap_or_default();
        let Some((_, callback, verifier)) = self.temporary.get(token) else { return failed(400, "unknown token") };
        let Ok(mut back) = Url::parse(callback) else { return failed(400, "unknown callback") };
        let told = [
            ("oauth_token", token),
            ("oauth_verifier", verifier),
            ("company", ACCOUNT),
            ("role", "3"),
            ("entity", "12"),
        ];
        back.query_pairs_mut().extend_pairs(told);
        nothing(302).header("location", back.as_str())
    }

    fn access_token(&mut self, request: &Request<'_>) -> Reply {
        let secret = |account: &Self, token: &str| account.temporary.get(token).map(|(secret, ..)| secret.clone());
        let signed = match self.verified(request, secret) {
            Ok(signed) => signed,
            Err(why) => return failed(401, why),
        };
        let used = self.temporary.remove(&signed["oauth_token"]);
        if used.is_none_or(|(.., verifier)| signed.get("oauth_verifier") != Some(&verifier)) {
            return failed(401, "invalid verifier");
        }
        let (token, secret) = self.pair("token");
        self.tokens.insert(token.clone(), secret.clone());
        form(&[("oauth_token", &token), ("oauth_token_secret", &secret)])
    }

    fn pair(&mut self, kind: &str) -> (String, String) {
        self.made += 1;
        (format!("{kind}-{}", self.made), format!("secret+of/{kind}={}", self.made))
    }

    /// The protocol parameters of a request whose signature is right; `secret` knows the token's secret.
    fn verified(
        &mut self,
        request: &Request<'_>,
        secret: impl Fn(&Self, &str) -> Option<String>,
    ) -> Result<BTreeMap<String, String>, &'static str> {
        let header =
            request.header("authorization").and_then(|text| text.strip_prefix("OAuth ")).ok_or("no signature")?;
        let protocol: BTreeMap<String, String> = header.split(',').filter_map(parameter).collect();
        let text = |name: &str| protocol.get(name).map_or("", String::as_str);
        if text("realm") != ACCOUNT {
            return Err("wrong realm");
        }
        let fixed = (text("oauth_consumer_key"), text("oauth_signature_method"), text("oauth_version"));
        if fixed != (CLIENT.0, "HMAC-SHA256", "1.0") {
            return Err("wrong client, method or version");
        }
        if text("oauth_timestamp").parse::<u64>().is_err() || !self.nonces.insert(text("oauth_nonce").to_owned()) {
            return Err("nonce used");
        }
        let token_secret = secret(self, text("oauth_token")).ok_or("unknown token")?;
        let key = format!("{}&{}", encode(CLIENT.1), encode(&token_secret));
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        let own = STANDARD.encode(hmac::sign(&key, base_string(request, &protocol).as_bytes()));
        if own == text("oauth_signature") { Ok(protocol) } else { Err("wrong signature") }
    }
}

/// One parameter of the header.
fn parameter(text: &str) -> Option<(String, String)> {
    let (name, value) = text.trim().split_once('=')?;
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((decode(name), decode(value.trim_matches('"'))))
}

/// RFC 5849 section 3.4.1. No request to NetSuite has a form.
fn base_string(request: &Request<'_>, protocol: &BTreeMap<String, String>) -> String {
    let (path, query) = request.seen.target.split_once('?').unwrap_or((&request.seen.target, ""));
    let signed = protocol.iter().filter(|(name, _)| !["realm", "oauth_signature"].contains(&name.as_str()));
    let own = signed.map(|(name, value)| (encode(name), encode(value)));
    let mut pairs: Vec<(String, String)> =
        parse(query.as_bytes()).map(|(name, value)| (encode(&name), encode(&value))).chain(own).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let url = format!("{}{path}", request.origin());
    [request.method, &encode(&url), &encode(&pairs.join("&"))].join("&")
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

fn data(path: &[&str], request: &Request<'_>) -> Reply {
    let rows: Vec<Value> = (1..=3).map(|id| json!({ "id": id.to_string(), "links": [] })).collect();
    match path {
        ["customer"] => {
            let (offset, size) =
                (request.number("offset", 0).unwrap_or(0), request.number("limit", 1000).unwrap_or(1000));
            let (items, next) = cut(&rows, offset, size);
            let (count, all) = (items.len(), rows.len());
            Reply::json(
                200,
                &json!({ "items": items, "count": count, "hasMore": next.is_some(), "offset": offset, "totalResults": all }),
            )
        }
        ["customer", id] if rows.iter().any(|row| row["id"] == **id) => {
            Reply::json(200, &json!({ "id": id, "companyName": format!("Customer {id}") }))
        }
        _ => failed(404, "The record instance does not exist."),
    }
}

fn form(pairs: &[(&str, &str)]) -> Reply {
    let body = Serializer::new(String::new()).extend_pairs(pairs).finish();
    Reply {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
        body,
    }
}

fn failed(status: u16, detail: &str) -> Reply {
    Reply::json(status, &json!({ "title": "Error", "status": status, "o:errorDetails": [{ "detail": detail }] }))
}

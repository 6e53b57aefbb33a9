//! A credential made ready: what it puts on every call alike is computed once, the rest for each call.

mod moving;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use keyway_connector::{Moment, Placements, Scope, Template};
use keyway_egress::TlsProfile;
use keyway_model::{Problems, Secret};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use self::moving::Moving;
use crate::engine::{Party, Tokens};
use crate::profile;

/// Everything outside the unreserved characters of RFC 3986 is encoded in a query parameter.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a credential puts on a request.
#[derive(Clone, Default)]
pub struct Authorizer {
    headers: Vec<(HeaderName, HeaderValue)>,
    query: Vec<(String, String)>,
    moving: Option<Arc<Moving>>,
    profile: Option<Arc<TlsProfile>>,
}

/// A request on its way out, its body at hand or still to come.
#[derive(Debug)]
pub struct Outgoing<'a> {
    /// Method.
    pub method: &'a Method,
    /// URL.
    pub uri: String,
    /// Headers.
    pub headers: HeaderMap,
    /// The body; `None` for one that streams.
    pub body: Option<Bytes>,
}

impl Authorizer {
    /// Makes a credential ready. The problems name the configuration entry whose value cannot be sent.
    pub fn prepare(party: Party<'_>, tokens: Option<&Tokens>) -> Result<Self, Problems> {
        let placements = &party.method.placements;
        let mut scope = Scope::of(party.settings);
        for (root, value) in party.roots(tokens) {
            scope.set(root, value);
        }
        let mut ready = Self::default();
        let certificate = party.method.certificate.as_ref();
        ready.profile = certificate.map(|certificate| profile::of(certificate, &scope)).transpose()?.flatten();
        let needs_call = placements.is_moving() || party.method.reads_root("assertion");
        if needs_call {
            let moving = Moving::new(party, tokens);
            moving.check()?;
            ready.moving = Some(Arc::new(moving));
            return Ok(ready);
        }
        ready.put(placements, &scope)?;
        Ok(ready)
    }

    /// Computes what the placements put on a request.
    fn put(&mut self, placements: &Placements, scope: &Scope<'_>) -> Result<(), Problems> {
        if let Some((user, password)) = &placements.basic {
            let text = user.fill(scope);
            if text.expose().contains(':') {
                return Err(problem(user, "must not hold a colon: HTTP basic cannot carry it"));
            }
            let pair = Secret::new(format!("{}:{}", text.expose(), password.fill(scope).expose()));
            let value = Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())));
            self.headers.push((header::AUTHORIZATION, header_value(user, value.expose())?));
        }
        for (name, value) in &placements.headers {
            let text = value.fill(scope);
            self.headers.push((header_name(name, scope)?, header_value(value, text.expose())?));
        }
        let cookies: Vec<String> = placements
            .cookies
            .iter()
            .map(|(name, value)| {
                let (name, text) = (name.fill(scope), value.fill(scope));
                let whole = text.expose().contains(';') || name.expose().contains(['=', ';']);
                if whole {
                    Err(problem(value, "cannot be a cookie"))
                } else {
                    Ok(format!("{}={}", name.expose(), text.expose()))
                }
            })
            .collect::<Result<_, _>>()?;
        if let Some((_, first)) = placements.cookies.first() {
            self.headers.push((header::COOKIE, header_value(first, &cookies.join("; "))?));
        }
        let encode = |template: &Template| utf8_percent_encode(template.fill(scope).expose(), QUERY).to_string();
        self.query.extend(placements.query.iter().map(|(name, value)| (encode(name), encode(value))));
        Ok(())
    }

    /// Puts what is the same for all calls on a request. What the caller sent in its place is replaced.
    pub fn apply_headers(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
    }

    /// The query with the credential in it, or the query as it is when the credential stands elsewhere.
    pub fn apply_query(&self, query: Option<String>) -> Option<String> {
        if self.query.is_empty() {
            return query;
        }
        let given = query.as_deref().filter(|query| !query.is_empty());
        let mut pairs: Vec<&str> = given.map(|query| query.split('&').collect()).unwrap_or_default();
        pairs.retain(|pair| !self.query.iter().any(|(name, _)| same_name(pair, name)));
        let own: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.extend(own.iter().map(String::as_str));
        Some(pairs.join("&"))
    }

    /// A query without the parameters that the credential stands in, as some providers repeat them in their links.
    pub fn without_credential(&self, query: &str) -> String {
        if self.query.is_empty() {
            return query.to_owned();
        }
        let kept = query.split('&').filter(|pair| !self.query.iter().any(|(name, _)| same_name(pair, name)));
        kept.collect::<Vec<_>>().join("&")
    }

    /// Whether it has to see each call to authorise it.
    pub const fn is_moving(&self) -> bool {
        self.moving.is_some()
    }

    /// Whether it has to see the bodies of calls.
    pub fn reads_body(&self) -> bool {
        self.moving.as_ref().is_some_and(|moving| moving.reads_body())
    }

    /// What connections are made with, where that differs.
    pub const fn profile(&self) -> Option<&Arc<TlsProfile>> {
        self.profile.as_ref()
    }

    /// Puts on a call what depends on it: what is the same for all calls is there already.
    pub fn authorise<'a>(&self, call: Outgoing<'a>, moment: Moment) -> Result<Outgoing<'a>, Problems> {
        match &self.moving {
            Some(moving) => moving.authorise(call, moment),
            None => Ok(call),
        }
    }
}

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorizer(…)")
    }
}

fn same_name(pair: &str, name: &str) -> bool {
    // In forms a plus sign is a space.
    let given = pair.split('=').next().unwrap_or_default().replace('+', "%20");
    percent_decode_str(&given).eq(percent_decode_str(name))
}

fn header_name(template: &Template, scope: &Scope<'_>) -> Result<HeaderName, Problems> {
    let name = template.fill(scope);
    let forbidden = ["host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"];
    let lower = name.expose().to_ascii_lowercase();
    if forbidden.contains(&lower.as_str()) {
        return Err(problem(template, "cannot be a header of the transport"));
    }
    HeaderName::from_bytes(name.expose().as_bytes()).map_err(|_| problem(template, "is not a header name"))
}

fn header_value(template: &Template, text: &str) -> Result<HeaderValue, Problems> {
    let mut value = HeaderValue::from_bytes(text.as_bytes())
        .map_err(|_| problem(template, "must not hold line breaks or other control characters"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Blames the last entry that a template reads: the secret, where a prefix stands before it.
fn problem(template: &Template, message: &str) -> Problems {
    let field = template.keys().last().unwrap_or("authentication");
    Problems::one(format!("configuration.{field}"), message)
}

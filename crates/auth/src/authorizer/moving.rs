//! What a credential puts on a call differently each time: signatures, times, and members of bodies.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Uri, header};
use keyway_connector::{Assertion, Method, Moment, Scope, SigV4, Signature, encode_form};
use keyway_model::{Configuration, Problems, Secret, Timestamp};
use serde_json::{Map, Value, json};

use super::{Authorizer, Outgoing};
use crate::engine::{Party, Tokens, own_assertion};
use crate::oauth1;
use crate::sign::sigv4::{self, Payload, Signable};

/// Everything that is needed to authorise a call that nobody has seen yet.
pub(super) struct Moving {
    method: Method,
    settings: Configuration,
    roots: Vec<(&'static str, Value)>,
    connector: std::sync::Arc<str>,
    /// The assertion that was signed last, and until when it is used.
    signed: Mutex<Option<(Timestamp, Secret)>>,
}

impl Moving {
    pub(super) fn new(party: Party<'_>, tokens: Option<&Tokens>) -> Self {
        Self {
            method: party.method.clone(),
            settings: party.settings.clone(),
            roots: party.roots(tokens),
            connector: party.connector.key.as_str().into(),
            signed: Mutex::new(None),
        }
    }

    pub(super) fn reads_body(&self) -> bool {
        self.method.placements.reads_body()
    }

    /// Whether it can be put on a call at all: a key that signs nothing is told now and not to every caller.
    pub(super) fn check(&self) -> Result<(), Problems> {
        let scope = self.scope(None, Moment::default())?;
        Authorizer::default().put(&self.method.placements, &scope)
    }

    pub(super) fn authorise<'a>(&self, mut call: Outgoing<'a>, moment: Moment) -> Result<Outgoing<'a>, Problems> {
        self.fill_body(&mut call, moment)?;
        let scope = self.scope(Some(&call), moment)?;
        let mut put = Authorizer::default();
        put.put(&self.method.placements, &scope)?;
        put.apply_headers(&mut call.headers);
        call.uri = with_query(&put, call.uri);
        match &self.method.placements.signature {
            Some(Signature::SigV4(v4)) => sign_v4(v4, &scope, &mut call, moment)?,
            Some(Signature::OAuth1(one)) => {
                let body = call.body.clone().unwrap_or_default();
                call.uri = oauth1::call(one, &scope, (call.method, call.uri), &mut call.headers, (&body, moment))?;
            }
            None => {}
        }
        Ok(call)
    }

    fn scope(&self, call: Option<&Outgoing<'_>>, moment: Moment) -> Result<Scope<'_>, Problems> {
        let mut scope = Scope::of(&self.settings).at(moment);
        for (root, value) in &self.roots {
            scope.set(root, value.clone());
        }
        if let Some(assertion) = &self.method.assertion {
            let signed = self.assertion(assertion, &scope, moment)?;
            scope.set("assertion", signed.expose().as_str().into());
        }
        if let Some(call) = call.filter(|_| self.method.reads_root("request")) {
            scope.set("request", request(call));
        }
        Ok(scope)
    }

    /// An assertion, signed anew when half of its life is over.
    fn assertion(&self, assertion: &Assertion, scope: &Scope<'_>, moment: Moment) -> Result<Secret, Problems> {
        let mut last = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, signed)) = last.as_ref().filter(|(until, _)| moment.now < *until) {
            return Ok(signed.clone());
        }
        let signed = own_assertion(assertion, scope, moment)?;
        *last = Some((moment.now.plus_seconds(assertion.lifetime / 2), signed.clone()));
        Ok(signed)
    }

    /// Puts members into a body that is an object or a form.
    fn fill_body(&self, call: &mut Outgoing<'_>, moment: Moment) -> Result<(), Problems> {
        let placed = &self.method.placements.body;
        if placed.is_empty() {
            return Ok(());
        }
        let scope = self.scope(None, moment)?;
        let members = placed.iter().map(|(name, value)| (name.fill(&scope).expose().clone(), value.value(&scope)));
        let body = call.body.take();
        let body = body.ok_or_else(|| Problems::one("body", "cannot stream: the credential is a part of it"))?;
        let kind = call.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind == "application/x-www-form-urlencoded" {
            let own: Vec<(String, Value)> = members.collect();
            let given =
                url::form_urlencoded::parse(&body).filter(|(name, _)| !own.iter().any(|(known, _)| known == name));
            let mut pairs = url::form_urlencoded::Serializer::new(String::new());
            pairs.extend_pairs(given);
            let own = encode_form(&Value::Object(own.into_iter().collect()));
            let before = pairs.finish();
            let separator = if before.is_empty() { "" } else { "&" };
            call.body = Some(Bytes::from(format!("{before}{separator}{own}")));
            return Ok(());
        }
        let wrong = || Problems::one("body", "must be a JSON object or a form: the credential is a part of it");
        let mut all: Map<String, Value> =
            if body.is_empty() { Map::new() } else { serde_json::from_slice(&body).map_err(|_| wrong())? };
        all.extend(members);
        call.headers.entry(header::CONTENT_TYPE).or_insert(http::HeaderValue::from_static("application/json"));
        call.body = Some(Bytes::from(Value::Object(all).to_string()));
        Ok(())
    }
}

impl std::fmt::Debug for Moving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Moving({})", self.connector)
    }
}

/// The URL with what the credential puts into its query.
fn with_query(put: &Authorizer, uri: String) -> String {
    let (path, query) = match uri.split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (uri, None),
    };
    match put.apply_query(query) {
        Some(query) => format!("{path}?{query}"),
        None => path,
    }
}

/// Headers that proxies change on their way, and that are therefore not signed.
const CHANGING: [&str; 6] = ["user-agent", "accept", "accept-encoding", "accept-language", "expect", "x-amzn-trace-id"];

fn sign_v4(v4: &SigV4, scope: &Scope<'_>, call: &mut Outgoing<'_>, moment: Moment) -> Result<(), Problems> {
    let uri: Uri = call.uri.parse().map_err(|_| Problems::one("path", "cannot be part of a URL"))?;
    let session = v4.session.as_ref().and_then(|session| session.fill_if_complete(scope));
    let (key, secret) = (v4.key.fill(scope), v4.secret.fill(scope));
    let (region, service) = (v4.region.fill(scope), v4.service.fill(scope));
    let signer = sigv4::SigV4 {
        access_key_id: key.expose(),
        secret_access_key: &secret,
        session_token: session.as_ref(),
        region: region.expose(),
        service: service.expose(),
    };
    let changing = |name: &HeaderName| CHANGING.contains(&name.as_str());
    let signed: HeaderMap = call
        .headers
        .iter()
        .filter(|(name, _)| !changing(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let body = call.body.clone();
    let payload = match (&body, v4.unsigned) {
        (Some(body), false) => Payload::Bytes(body),
        (_, true) => Payload::Unsigned,
        (None, false) => return Err(Problems::one("body", "cannot stream: the signature covers it")),
    };
    let made = signer.sign(&Signable { method: call.method, uri: &uri, headers: &signed, payload }, moment.now);
    let made = made.map_err(|error| Problems::one("sign.sigv4", error.to_string()))?;
    for (name, value) in &made {
        call.headers.insert(name.clone(), value.clone());
    }
    Ok(())
}

/// What templates read of a call.
fn request(call: &Outgoing<'_>) -> Value {
    let uri = call.uri.parse::<Uri>().unwrap_or_default();
    let query = uri.query().unwrap_or_default();
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable();
    let text = |name| call.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    json!({
        "method": call.method.as_str(),
        "url": call.uri,
        "host": uri.authority().map_or("", |authority| authority.as_str()),
        "path": uri.path(),
        "query": query,
        "canonical_query": pairs.join("&"),
        "content_type": text(header::CONTENT_TYPE),
        "body": String::from_utf8_lossy(call.body.as_deref().unwrap_or_default()),
    })
}

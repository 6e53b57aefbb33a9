//! From a rendered request to one that the provider can be sent: URL, query, headers, credential.

use std::borrow::Cow;

use bytes::Bytes;
use http::Request;
use http::header::{self, HeaderValue};
use keyway_connector::{BodyForm, Moment, RenderedBody, Root, Scope, encode_form, encode_query};
use keyway_egress::Body;
use keyway_model::{Configuration, Problems};
use serde_json::Value;

use crate::{Authorizer, BaseUrl, Outgoing};

/// What Keyway calls itself where the caller does not say who it is.
pub const USER_AGENT: &str = concat!("keyway/", env!("CARGO_PKG_VERSION"));

/// Where an instance's requests go, and with what credential.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// The provider's root.
    pub base: &'a BaseUrl,
    /// The configuration entries that requests read.
    pub settings: &'a Configuration,
    /// The credential.
    pub authorizer: &'a Authorizer,
}

impl<'a> Destination<'a> {
    /// What a request's path stands below; problems name the configuration entry.
    pub fn root(&self, root: &Root) -> Result<Cow<'a, BaseUrl>, Problems> {
        let (field, text) = match root {
            Root::Base => return Ok(Cow::Borrowed(self.base)),
            Root::Config(key) => {
                (format!("configuration.{key}"), self.settings.get(key).map_or("", |value| value.expose()))
            }
            Root::Url(origin) => ("path".to_owned(), origin.as_str()),
            // Calls of resources have no such root; requests of methods go by `made_root`.
            Root::Made(template) => {
                let text = template.fill_origin(&Scope::of(self.settings))?;
                return BaseUrl::parse(&text).map(Cow::Owned).map_err(|error| Problems::one("path", error.to_string()));
            }
        };
        BaseUrl::parse(text).map(Cow::Owned).map_err(|error| Problems::one(field, error.to_string()))
    }

    /// The same of a root that is made of named values, too.
    pub fn made_root(&self, root: &Root, scope: &Scope<'_>) -> Result<Cow<'a, BaseUrl>, Problems> {
        let Root::Made(template) = root else { return self.root(root) };
        let text = template.fill_origin(scope)?;
        let field = template.keys().last().map_or_else(|| "url".to_owned(), |key| format!("configuration.{key}"));
        BaseUrl::parse(&text).map(Cow::Owned).map_err(|error| Problems::one(field, error.to_string()))
    }

    /// A URL with the credential where it belongs into the query.
    pub fn with_query(&self, url: &str) -> String {
        let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query.to_owned())));
        match self.authorizer.apply_query(query) {
            Some(query) => [path, "?", &query].concat(),
            None => path.to_owned(),
        }
    }

    /// The URI of a path and query below a root, with the credential where it belongs into the query.
    pub fn uri(&self, root: &BaseUrl, path: &str, query: Option<String>) -> String {
        root.join(path, self.authorizer.apply_query(query).as_deref())
    }

    /// A request with the credential. Its URL has what belongs into the query already, its headers are complete but for the
    /// credential. `stream` is the body that is not at hand.
    pub fn request(
        &self,
        mut call: Outgoing<'_>,
        stream: Option<Body>,
        moment: Moment,
    ) -> Result<Request<Body>, Problems> {
        self.authorizer.apply_headers(&mut call.headers);
        call.headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        call.headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT));
        let call = self.authorizer.authorise(call, moment)?;
        let body = stream.unwrap_or_else(|| Body::full(call.body.unwrap_or_default()));
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(call.uri)
            .body(body)
            .map_err(|_| Problems::one("path", "cannot be part of a URL"))?;
        *request.headers_mut() = call.headers;
        Ok(request)
    }
}

/// The query of a rendered request with what else is asked for. The definition's parameters win over later ones of the
/// same name.
pub fn query(first: &[(String, String)], then: &[(String, String)]) -> Option<String> {
    let mut all = first.to_vec();
    all.extend(then.iter().filter(|(name, _)| !first.iter().any(|(known, _)| known == name)).cloned());
    encode_query(&all)
}

/// The bytes of a body that is at hand, and their media type; `None` for one that streams or for none at all.
pub fn bytes(body: &RenderedBody) -> Option<(Bytes, String)> {
    match body {
        RenderedBody::Json(value) => Some(encoded(value, BodyForm::Json)),
        RenderedBody::Form(value) => Some(encoded(value, BodyForm::Form)),
        RenderedBody::Text(text, kind) => Some((text.clone().into(), kind.clone())),
        RenderedBody::None | RenderedBody::Caller | RenderedBody::Multipart(_) | RenderedBody::File => None,
    }
}

/// A value in the form that the provider reads.
pub fn encoded(value: &Value, form: BodyForm) -> (Bytes, String) {
    match form {
        BodyForm::Json => (value.to_string().into(), "application/json".to_owned()),
        BodyForm::Form => (encode_form(value).into(), "application/x-www-form-urlencoded".to_owned()),
    }
}

//! From a rendered request to one that the provider can be sent: URL, query, headers, credential.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request};
use keyway_connector::{BodyForm, RenderedBody, Root, encode_form, encode_query};
use keyway_egress::Body;
use keyway_model::{Configuration, Problems};
use serde_json::Value;

use crate::{Authorizer, BaseUrl};

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
        };
        BaseUrl::parse(text).map(Cow::Owned).map_err(|error| Problems::one(field, error.to_string()))
    }

    /// The URI of a path and query below a root, with the credential where it belongs into the query.
    pub fn uri(&self, root: &BaseUrl, path: &str, query: Option<String>) -> String {
        root.join(path, self.authorizer.apply_query(query).as_deref())
    }

    /// A request. `headers` are complete but for the credential.
    pub fn request(
        &self,
        method: &Method,
        uri: String,
        mut headers: HeaderMap,
        body: Body,
    ) -> Result<Request<Body>, Problems> {
        self.authorizer.apply_headers(&mut headers);
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT));
        let mut request = Request::builder()
            .method(method.clone())
            .uri(uri)
            .body(body)
            .map_err(|_| Problems::one("path", "cannot be part of a URL"))?;
        *request.headers_mut() = headers;
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

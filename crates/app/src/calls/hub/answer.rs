//! What a call of a resource answers.

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use keyway_egress::Body;

/// An answer in the uniform form; every success is 200 (section 0).
#[derive(Debug)]
pub struct HubAnswer {
    /// 200, or 304 where the caller asked for what it has.
    pub status: StatusCode,
    /// The headers of the dialect and those of the provider that matter.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
}

/// Headers of the provider that stay true of the unified answer.
///
/// Not among them is `Cache-Control`: what a provider calls public is here one instance's.
const KEPT: [HeaderName; 3] = [header::ETAG, header::LAST_MODIFIED, header::RETRY_AFTER];

impl HubAnswer {
    /// A JSON answer.
    pub(super) fn json(body: Vec<u8>, provider: &HeaderMap) -> Self {
        let mut headers = kept(provider);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Self { status: StatusCode::OK, headers, body: Body::full(Bytes::from(body)) }
    }

    /// An answer without a body.
    pub(super) fn empty(status: StatusCode, provider: &HeaderMap) -> Self {
        Self { status, headers: kept(provider), body: Body::empty() }
    }

    /// Sets one of the dialect's headers.
    pub(super) fn set(&mut self, name: &'static str, value: &impl ToString) {
        // What a provider said may stand in it; a value that no header can carry is left out.
        if let Ok(value) = HeaderValue::from_str(&value.to_string()) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
    }

    /// The whole response.
    pub fn into_response(self) -> Response<Body> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

fn kept(provider: &HeaderMap) -> HeaderMap {
    let pair = |name: &HeaderName| Some((name.clone(), provider.get(name)?.clone()));
    KEPT.iter().filter_map(pair).collect()
}

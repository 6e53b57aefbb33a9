//! A form that a provider has a browser post.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use http::{StatusCode, header};
use keyway_model::Problems;

use crate::error::ApiError;

/// Largest form, in bytes: it goes on as the query of a URL.
const LONGEST: usize = 16 * 1024;

/// A posted form as it came, in the spelling of queries.
#[derive(Debug)]
pub(crate) struct Form(pub(crate) String);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let message = "Content-Type must be application/x-www-form-urlencoded".to_owned();
            return Err(ApiError::Http(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        let wrong = || Problems::one("body", format!("must be a form of {LONGEST} bytes at most"));
        let bytes = to_bytes(request.into_body(), LONGEST).await.map_err(|_| wrong())?;
        let is_plain = bytes.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'#');
        let text = String::from_utf8(bytes.to_vec()).ok().filter(|_| is_plain);
        Ok(Self(text.ok_or_else(wrong)?))
    }
}

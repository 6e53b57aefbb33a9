//! Asking the provider whether it takes a credential, before anything is kept.

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use keyway_connector::Verify;
use keyway_egress::{Body, Egress, Error};

use crate::{Authorizer, BaseUrl};

/// How much of a refusal is kept.
const MAX_REFUSAL: usize = 64 * 1024;

/// What the provider said instead of yes.
#[derive(Debug)]
pub enum Refusal {
    /// It answered, but not with success.
    Answer {
        /// Its status.
        status: StatusCode,
        /// Its own words, cut to 64 KiB.
        message: String,
    },
    /// There is no answer.
    Unreachable(Error),
}

/// Makes the connector's verify request; a status of 2xx is a yes.
pub async fn verify(egress: &Egress, base: &BaseUrl, authorizer: &Authorizer, verify: &Verify) -> Result<(), Refusal> {
    let (path, query) =
        verify.path.split_once('?').map_or((verify.path.as_str(), None), |(path, query)| (path, Some(query)));
    let query = authorizer.apply_query(query.map(str::to_owned));
    let mut request = Request::builder()
        .method(verify.method.as_str())
        .uri(base.join(path, query.as_deref()))
        .header(http::header::ACCEPT, "application/json")
        .body(Body::empty())
        .map_err(|error| Refusal::Unreachable(Error::Broken(error.to_string())))?;
    authorizer.apply_headers(request.headers_mut());
    let answer = egress.send(request).await.map_err(Refusal::Unreachable)?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let body = Limited::new(Body::stream(answer.into_body(), egress.limits().idle), MAX_REFUSAL);
    let words = body.collect().await.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
    Err(Refusal::Answer { status, message: String::from_utf8_lossy(&words).into_owned() })
}

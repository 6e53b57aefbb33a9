//! Asking the provider whether it takes a credential, before anything is kept.

use bytes::Bytes;
use http::StatusCode;
use http::header::{self, HeaderMap, HeaderValue};
use http_body_util::{BodyExt, Limited};
use keyway_connector::{Answer, Inputs, Json, Moment, Request, Scope};
use keyway_egress::{Body, Egress, Error};
use keyway_model::Problems;

use crate::outgoing::{self, bytes};
use crate::{Destination, Outgoing};

/// How much of an answer is read.
const MAX_ANSWER: usize = 64 * 1024;

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
    /// The request cannot be made of this configuration.
    Unusable(Problems),
}

impl From<Problems> for Refusal {
    fn from(problems: Problems) -> Self {
        Self::Unusable(problems)
    }
}

/// Makes the connector's verify request; a status of 2xx is a yes, unless the definition asks for more.
pub async fn verify(egress: &Egress, to: Destination<'_>, verify: &Request, moment: Moment) -> Result<(), Refusal> {
    let inputs = Inputs { scope: Scope::of(to.settings).at(moment), places: Vec::new(), body: None, previous: None };
    let rendered = verify.render(&inputs)?;
    let mut headers: HeaderMap = rendered.headers;
    let body = match bytes(&rendered.body) {
        Some((bytes, kind)) => {
            let kind =
                HeaderValue::from_str(&kind).map_err(|_| Problems::one("content_type", "is not a media type"))?;
            headers.insert(header::CONTENT_TYPE, kind);
            bytes
        }
        None => Bytes::new(),
    };
    let query = outgoing::query(&rendered.query, &[]);
    let root = to.root(verify.root())?;
    let uri = to.uri(&root, &rendered.path, query);
    let request = to.request(Outgoing { method: verify.method(), uri, headers, body: Some(body) }, None, moment)?;
    let profiled = to.authorizer.profile().map(|profile| egress.with_profile(profile));
    let egress = profiled.as_ref().unwrap_or(egress);
    let answer = egress.send(request).await.map_err(Refusal::Unreachable)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    if status.is_success() && verify.success_when.is_none() {
        return Ok(());
    }
    let body = Limited::new(Body::stream(answer.into_body(), egress.limits().idle), MAX_ANSWER);
    let words = body.collect().await.map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
    let message = String::from_utf8_lossy(&words).into_owned();
    let json = Json::parse(&message).ok();
    let answer = Answer { headers: &headers, body: json.as_ref() };
    let accepted = verify.success_when.as_ref().is_none_or(|place| place.is_true(answer));
    if status.is_success() && accepted {
        return Ok(());
    }
    // A refusal that came with a 2xx is one of the credential.
    let status = if status.is_success() { StatusCode::UNAUTHORIZED } else { status };
    drop(json);
    Err(Refusal::Answer { status, message })
}

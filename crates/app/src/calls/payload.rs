//! A caller's body on its way out: it streams, unless it has to be signed or may have to be sent again.

use bytes::Bytes;
use http::{HeaderMap, header};
use http_body::Body as _;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use keyway_egress::{Body, Egress};

use super::cache::Snapshot;
use crate::credentials::Renewable;
use crate::{Error, Result};

/// Longest body that is kept so that it can be sent again, in bytes.
const KEPT: u64 = 256 * 1024;
/// Longest body that is signed, in bytes (section 12: 8 MB).
const SIGNED: usize = 8 * 1024 * 1024;

/// A body.
pub(super) enum Payload {
    /// At hand.
    Bytes(Bytes),
    /// As it arrives.
    Stream(Body),
}

impl Payload {
    /// Takes a body, whole where the instance's credential asks for it.
    pub(super) async fn read(
        egress: &Egress,
        snapshot: &Snapshot,
        headers: &HeaderMap,
        body: Incoming,
    ) -> Result<Self> {
        if body.is_end_stream() {
            return Ok(Self::Bytes(Bytes::new()));
        }
        let told = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let small = told.is_some_and(|length| length <= KEPT);
        let renewable = snapshot.life.as_ref().is_some_and(Renewable::can_renew);
        let idle = egress.limits().idle;
        if snapshot.authorizer.reads_body() || (small && renewable) {
            let read = Limited::new(Body::stream(body, idle), SIGNED).collect().await;
            let read = read.map_err(|error| match error.downcast_ref::<http_body_util::LengthLimitError>() {
                Some(_) => Error::TooLarge("a body that is signed has 8 MiB at most".to_owned()),
                None => Error::Refused(format!("the body cannot be read: {error}")),
            })?;
            return Ok(Self::Bytes(read.to_bytes()));
        }
        Ok(Self::Stream(Body::stream(body, idle)))
    }

    /// The same once more, where it is at hand.
    pub(super) fn again(&self) -> Option<Self> {
        match self {
            Self::Bytes(bytes) => Some(Self::Bytes(bytes.clone())),
            Self::Stream(_) => None,
        }
    }

    /// Bytes, or what streams.
    pub(super) fn parts(self) -> (Option<Bytes>, Option<Body>) {
        match self {
            Self::Bytes(bytes) => (Some(bytes), None),
            Self::Stream(body) => (None, Some(body)),
        }
    }

    pub(super) fn body(self) -> Body {
        match self {
            Self::Bytes(bytes) => Body::full(bytes),
            Self::Stream(body) => body,
        }
    }
}

//! What can go wrong at a token endpoint, and bodies that go wrong.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame};
use tokio::time::Interval;

use crate::Reply;

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// Another answer, given before the server has done anything.
    Answer(Reply),
    /// The server does what it was asked, and its answer arrives one byte in two hundred milliseconds.
    Drip,
    /// The server does what it was asked, and the connection breaks instead of an answer.
    Reset,
    /// The server does nothing, and the connection breaks.
    Refuse,
}

/// A body of any kind.
pub(super) type Answer = BoxBody<Bytes, Infallible>;

/// The connection breaks.
#[derive(Debug)]
pub(super) struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection breaks on purpose")
    }
}

impl std::error::Error for Dropped {}

impl Trouble {
    /// Whether the server has done what it was asked.
    pub(super) const fn acts(&self) -> bool {
        matches!(self, Self::Drip | Self::Reset)
    }

    /// What arrives instead of an answer.
    pub(super) fn answer(self, reply: Reply) -> Result<Response<Answer>, Dropped> {
        match self {
            Self::Answer(other) => Ok(whole(other)),
            Self::Drip => Ok(reply.into_response().map(|bytes| Drip::of(bytes).boxed())),
            Self::Reset | Self::Refuse => Err(Dropped),
        }
    }
}

/// An answer that arrives as it should.
pub(super) fn whole(reply: Reply) -> Response<Answer> {
    reply.into_response().map(|bytes| Full::new(bytes).boxed())
}

/// A body that arrives byte by byte.
struct Drip {
    left: Bytes,
    ticks: Interval,
}

impl Drip {
    fn of(left: Bytes) -> Self {
        Self { left, ticks: tokio::time::interval(Duration::from_millis(200)) }
    }
}

impl Body for Drip {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        std::task::ready!(self.ticks.poll_tick(cx));
        Poll::Ready(Some(Ok(Frame::data(self.left.split_to(1)))))
    }
}

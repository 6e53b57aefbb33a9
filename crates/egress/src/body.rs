//! Bodies that stream through: nothing is gathered, nothing is copied.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use thiserror::Error;
use tokio::time::Sleep;

use crate::deadline::Progress;
use crate::pieces::Pieces;

/// Why a body ended early.
#[derive(Debug, Error)]
pub enum BodyError {
    /// The other side broke off.
    #[error(transparent)]
    Http(#[from] hyper::Error),
    /// The other side said nothing for too long.
    #[error("no data within the idle time")]
    Idle,
    /// What it is put together from cannot be read.
    #[error("{0}")]
    Pieces(String),
}

/// A body of a request to, or an answer from, a provider.
#[derive(Debug)]
pub struct Body {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Full(Option<Bytes>),
    Stream(Stream),
    Pieces(Pieces),
}

#[derive(Debug)]
struct Stream {
    incoming: Incoming,
    idle: Option<Pin<Box<Sleep>>>,
    limit: Duration,
    progress: Option<Progress>,
}

impl Body {
    /// No body.
    pub const fn empty() -> Self {
        Self { kind: Kind::Full(None) }
    }

    /// A body that is at hand.
    pub fn full(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { kind: Kind::Full((!bytes.is_empty()).then_some(bytes)) }
    }

    /// A body that arrives; it fails when nothing comes for `limit`.
    pub const fn stream(incoming: Incoming, limit: Duration) -> Self {
        Self { kind: Kind::Stream(Stream { incoming, idle: None, limit, progress: None }) }
    }

    /// A body put together piece by piece. Whoever makes the pieces minds the idle time.
    pub fn pieces(stream: impl futures_util::Stream<Item = Result<Bytes, BodyError>> + Send + 'static) -> Self {
        Self { kind: Kind::Pieces(Pieces::new(stream)) }
    }

    /// The same body, which tells `progress` about every piece.
    pub(crate) fn reporting(mut self, report: Progress) -> Self {
        match &mut self.kind {
            Kind::Stream(stream) => stream.progress = Some(report),
            Kind::Pieces(pieces) => pieces.report(report),
            Kind::Full(_) => {}
        }
        self
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.kind {
            Kind::Full(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Kind::Stream(stream) => stream.poll_frame(cx),
            Kind::Pieces(pieces) => pieces.poll_next(cx).map(|piece| piece.map(|piece| piece.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Full(bytes) => bytes.is_none(),
            Kind::Stream(stream) => stream.incoming.is_end_stream(),
            Kind::Pieces(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Full(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Kind::Stream(stream) => stream.incoming.size_hint(),
            Kind::Pieces(_) => SizeHint::default(),
        }
    }
}

impl Stream {
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(cx) {
            // The timer is made when there is something to wait for, and forgotten when it came.
            self.idle = None;
            if let Some(progress) = &self.progress {
                progress.advance();
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyError::Http)));
        }
        let limit = self.limit;
        let idle = self.idle.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        idle.as_mut().poll(cx).map(|()| Some(Err(BodyError::Idle)))
    }
}

//! A body put together piece by piece, such as a multipart upload that streams through.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;

use crate::BodyError;
use crate::deadline::Progress;

/// Pieces as they come.
pub(crate) struct Pieces {
    stream: Pin<Box<dyn Stream<Item = Result<Bytes, BodyError>> + Send>>,
    progress: Option<Progress>,
}

impl Pieces {
    pub(crate) fn new(stream: impl Stream<Item = Result<Bytes, BodyError>> + Send + 'static) -> Self {
        Self { stream: Box::pin(stream), progress: None }
    }

    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        let piece = self.stream.as_mut().poll_next(cx);
        if let (Poll::Ready(_), Some(progress)) = (&piece, &self.progress) {
            progress.advance();
        }
        piece
    }

    pub(crate) fn report(&mut self, progress: Progress) {
        self.progress = Some(progress);
    }
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pieces(…)")
    }
}

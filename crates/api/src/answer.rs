//! The body of an answer, from either path.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// A body from a provider or from the control router.
#[derive(Debug)]
pub enum AnswerBody {
    /// Streams from a provider.
    Provider(keyway_app::calls::Body),
    /// Made by a handler.
    Own(axum::body::Body),
}

/// Why a body ended early; the connection ends with it.
pub(crate) type AnswerError = Box<dyn std::error::Error + Send + Sync>;

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = AnswerError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, AnswerError>>> {
        match self.get_mut() {
            Self::Provider(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
            Self::Own(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Provider(body) => body.is_end_stream(),
            Self::Own(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Provider(body) => body.size_hint(),
            Self::Own(body) => body.size_hint(),
        }
    }
}

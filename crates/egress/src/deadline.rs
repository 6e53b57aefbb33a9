//! The time to the first byte of an answer, which begins again with every piece of the request that goes out.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::{Error, Stage};

/// Counts the pieces of a request body that were sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Arc<AtomicU64>);

impl Progress {
    pub(crate) fn advance(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Waits for an answer as long as the request moves on.
pub(crate) async fn first_byte<T>(
    limit: Duration,
    progress: Option<&Progress>,
    answer: impl Future<Output = T>,
) -> Result<T, Error> {
    let mut answer = std::pin::pin!(answer);
    loop {
        let before = progress.map(Progress::count);
        if let Ok(done) = tokio::time::timeout(limit, answer.as_mut()).await {
            return Ok(done);
        }
        if progress.map(Progress::count) == before {
            return Err(Error::Timeout(Stage::FirstByte));
        }
    }
}

//! When the engine must stop.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// The end of the call that is running.
#[derive(Default)]
pub(super) struct Deadline {
    end: Cell<Option<Instant>>,
    stopped: Cell<bool>,
}

impl Deadline {
    /// Begins a call that may take so long.
    pub(super) fn set(&self, limit: Duration) {
        self.end.set(Instant::now().checked_add(limit));
        self.stopped.set(false);
    }

    /// Whether the engine must stop now. It asks this every few thousand steps.
    pub(super) fn check(&self) -> bool {
        let over = self.end.get().is_some_and(|end| Instant::now() >= end);
        self.stopped.set(self.stopped.get() || over);
        over
    }

    /// Whether it has been told to stop.
    pub(super) fn has_stopped(&self) -> bool {
        self.stopped.get()
    }
}

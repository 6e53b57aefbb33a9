//! The hold on a worker's process: it can be cut from any thread, at any time, once.

use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The hold on a process, if there is one: scripts on threads have none.
#[derive(Default)]
pub(super) struct Leash(Mutex<State>);

#[derive(Default)]
struct State {
    is_cut: bool,
    child: Option<Child>,
}

impl Leash {
    /// Takes hold of a process. One that comes too late is killed at once.
    pub(super) fn hold(&self, child: Child) {
        let mut state = self.state();
        state.child = Some(child);
        if state.is_cut {
            state.kill();
        }
    }

    /// Kills the process. Whoever waits for its output finds the end of it.
    pub(super) fn cut(&self) {
        let mut state = self.state();
        state.is_cut = true;
        state.kill();
    }

    /// Kills the process, and waits until the kernel has forgotten it.
    pub(super) fn reap(&self) {
        self.cut();
        // Out of the lock: nobody may have to wait for the kernel.
        let child = self.state().child.take();
        if let Some(mut child) = child {
            child.wait().ok();
        }
    }

    /// Whether the process still runs.
    pub(super) fn is_alive(&self) -> bool {
        let mut state = self.state();
        let has_ended = state.child.as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None)));
        !state.is_cut && !has_ended
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn kill(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended by itself.
            child.kill().ok();
        }
    }
}

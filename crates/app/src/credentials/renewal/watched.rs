//! Leases that others hold, and when they count as left behind.

use std::time::Duration;

use keyway_model::Timestamp;
use keyway_store::StoredGrant;
use tokio::time::Instant;
use uuid::Uuid;

use super::LEASE;

const LEFT_BEHIND: Duration = Duration::from_secs(LEASE.unsigned_abs());

/// The lease of another process, as this one has seen it. Clocks of processes may differ, so a lease counts as left behind when its
/// holder has not extended it for its whole length by the clock of whoever waits.
#[derive(Default)]
pub(super) struct Watched(Option<((Uuid, Timestamp), Instant)>);

impl Watched {
    /// The time at which the lease may be taken, if it is free.
    pub(super) fn free(&mut self, stored: &StoredGrant, own: Uuid, now: Timestamp) -> Option<Timestamp> {
        let Some(holder @ (owner, until)) = stored.holder else { return Some(now) };
        let since = match self.0 {
            Some((known, since)) if known == holder => since,
            _ => self.0.insert((holder, Instant::now())).1,
        };
        // One of this process itself was left by a flight that failed: there is one flight at a time.
        (owner == own || since.elapsed() >= LEFT_BEHIND).then(|| now.max(until))
    }
}

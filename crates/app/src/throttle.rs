//! How often somebody may try to sign in.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::{Error, Result};

/// Limits tries by address and, more generously, by the name that is tried.
pub(crate) struct Throttle {
    by_address: DefaultKeyedRateLimiter<IpAddr>,
    by_name: DefaultKeyedRateLimiter<String>,
}

impl Throttle {
    pub(crate) fn per_minute(tries: u32) -> Self {
        let quota = |tries: u32| Quota::per_minute(NonZeroU32::new(tries).unwrap_or(NonZeroU32::MIN));
        Self {
            by_address: RateLimiter::keyed(quota(tries)),
            by_name: RateLimiter::keyed(quota(tries.saturating_mul(3))),
        }
    }

    /// Counts a try; the error says when the next one is worthwhile.
    pub(crate) fn try_once(&self, address: Option<IpAddr>, name: &str) -> Result<()> {
        let clock = DefaultClock::default();
        let limited = |wait: std::time::Duration| Error::Limited { retry_after: wait.as_secs() + 1 };
        if let Some(address) = address {
            self.by_address.check_key(&address).map_err(|not| limited(not.wait_time_from(clock.now())))?;
        }
        self.by_name.check_key(&name.to_owned()).map_err(|not| limited(not.wait_time_from(clock.now())))
    }

    /// Forgets those who have waited long enough.
    pub(crate) fn sweep(&self) {
        self.by_address.retain_recent();
        self.by_name.retain_recent();
    }
}

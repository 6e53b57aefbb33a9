//! Leaving a provider alone that is away for everybody: renewals of many instances do not hammer a token endpoint that fails.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use keyway_model::{InstanceId, Timestamp};

/// So many different instances have to fail before a provider counts as away: one tenant's misfortune is no provider's.
const INSTANCES: usize = 5;
/// How long failures are remembered, in seconds.
const WINDOW: i64 = 60;
/// How long a provider is left alone, in seconds; then one renewal tries again.
const PAUSE: i64 = 10;
/// How many providers are remembered.
const MOST: usize = 10_000;

/// Token endpoints that fail.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<HashMap<String, Trouble>>);

#[derive(Debug, Default)]
struct Trouble {
    failed: BTreeSet<InstanceId>,
    since: Timestamp,
    /// Until when nobody asks.
    until: Timestamp,
}

impl Breaker {
    /// Whether a provider is to be left alone now. When its pause is over, whoever asks first may try.
    pub(super) fn is_open(&self, provider: &str, now: Timestamp) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(trouble) = all.get_mut(provider).filter(|trouble| trouble.failed.len() >= INSTANCES) else {
            return false;
        };
        if now < trouble.until {
            return true;
        }
        trouble.until = now.plus_seconds(PAUSE);
        false
    }

    /// A provider answered, whatever it said.
    pub(super) fn answered(&self, provider: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(provider);
    }

    /// A provider gave no answer, or one that says that it is broken.
    pub(super) fn failed(&self, provider: &str, instance: InstanceId, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, trouble| now < trouble.since.plus_seconds(WINDOW));
        }
        let trouble = all.entry(provider.to_owned()).or_default();
        if now >= trouble.since.plus_seconds(WINDOW) {
            trouble.failed.clear();
            trouble.since = now;
        }
        trouble.failed.insert(instance);
        if trouble.failed.len() == INSTANCES {
            trouble.until = now.plus_seconds(PAUSE);
        }
    }
}

#[cfg(test)]
mod tests {
    use keyway_model::{InstanceId, Timestamp};

    use super::Breaker;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    #[test]
    fn one_instance_never_closes_a_provider_to_others() {
        let breaker = Breaker::default();
        for _ in 0..100 {
            breaker.failed("p", InstanceId(1), NOW);
        }
        assert!(!breaker.is_open("p", NOW));
    }

    #[test]
    fn a_provider_that_is_away_is_left_alone_and_tried_again() {
        let breaker = Breaker::default();
        (1..=5).for_each(|id| breaker.failed("p", InstanceId(id), NOW));
        assert!(breaker.is_open("p", NOW));
        assert!(!breaker.is_open("q", NOW));
        let later = NOW.plus_seconds(10);
        assert!(!breaker.is_open("p", later), "one tries again");
        assert!(breaker.is_open("p", later), "the others wait for it");
        breaker.answered("p");
        assert!(!breaker.is_open("p", later));
    }
}

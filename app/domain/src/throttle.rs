//! Holding back guesses at one account's password, wherever they come from.
//!
//! In memory, so each instance counts for itself: with n instances a guesser gets n times as many
//! tries, which is still hopeless, and no failed sign-in costs a write for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use frontdesk_model::Timestamp;
use sha2::{Digest, Sha256};

/// Failures in a row before anybody has to wait: people mistype.
const FREE: u32 = 10;
/// The longest wait between two tries, in seconds. Short enough that somebody who keeps an account
/// under attack cannot keep its owner out for long.
const LONGEST: i64 = 60;
/// After this many seconds without a failure the count starts anew.
const FORGET: i64 = 24 * 3600;
/// How many accounts are remembered at most; about 40 bytes each.
const REMEMBERED: usize = 200_000;

/// Counts failed sign-ins by e-mail address, known or not. Cheap to clone.
#[derive(Clone, Default)]
pub struct Throttle {
    failures: Arc<Mutex<HashMap<u64, Failures>>>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Throttle {
    /// Seconds until another try at this address is taken; `None` if it is taken now.
    pub fn wait(&self, email_key: &str, now: Timestamp) -> Option<i64> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let past = failures.get(&digest(email_key))?;
        let excess = past.count.checked_sub(FREE)?;
        // 2⁶ is past the longest already.
        let pause = LONGEST.min(1 << excess.min(6));
        let wait = past.last.plus_seconds(pause).seconds() - now.seconds();
        (wait > 0).then_some(wait)
    }

    /// Counts a failure. `true` if this one is the first after which there is a wait.
    pub fn failed(&self, email_key: &str, now: Timestamp) -> bool {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= REMEMBERED {
            failures.retain(|_, past| past.count >= FREE && past.last.plus_seconds(FORGET) > now);
            if failures.len() >= REMEMBERED {
                failures.clear();
            }
        }
        let past = failures.entry(digest(email_key)).or_insert(Failures { count: 0, last: now });
        let forgotten = past.last.plus_seconds(FORGET) < now;
        *past = Failures { count: if forgotten { 1 } else { past.count.saturating_add(1) }, last: now };
        past.count == FREE
    }

    pub fn succeeded(&self, email_key: &str) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest(email_key));
    }
}

fn digest(text: &str) -> u64 {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_failure_in_a_row_has_to_wait_and_a_success_starts_anew() {
        let (throttle, mut now) = (Throttle::default(), Timestamp::from_seconds(1_000));
        for _ in 0..FREE {
            assert_eq!(throttle.wait("ann@example.com", now), None);
            throttle.failed("ann@example.com", now);
        }
        assert_eq!(throttle.wait("ann@example.com", now), Some(1));
        assert_eq!(throttle.wait("bob@example.com", now), None);
        for _ in 0..200 {
            throttle.failed("ann@example.com", now);
        }
        assert_eq!(throttle.wait("ann@example.com", now), Some(LONGEST));
        now = now.plus_seconds(LONGEST);
        assert_eq!(throttle.wait("ann@example.com", now), None);
        throttle.succeeded("ann@example.com");
        throttle.failed("ann@example.com", now);
        assert_eq!(throttle.wait("ann@example.com", now), None);
    }

    #[test]
    fn after_ten_failures_no_number_of_them_is_free() {
        let (throttle, now) = (Throttle::default(), Timestamp::from_seconds(1_000));
        for failures in 1..300 {
            throttle.failed("ann@example.com", now);
            let wait = throttle.wait("ann@example.com", now);
            assert_eq!(
                wait.is_some_and(|wait| (1..=LONGEST).contains(&wait)),
                failures >= FREE,
                "{failures}: {wait:?}"
            );
        }
    }
}

//! Throttles guesses at one account's password, from anywhere.
//!
//! In memory, so each instance counts separately: with n instances an attacker gets n times as many
//! attempts, which is still hopeless, and a failed sign-in costs no write.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use frontdesk_model::Timestamp;
use sha2::{Digest, Sha256};

/// Consecutive failures before any delay: people mistype.
const FREE: u32 = 10;
/// Maximum delay between two attempts, in seconds. Short enough that a permanent attack on an account
/// does not lock its owner out for long.
const LONGEST: i64 = 60;
/// Time without a failure after which the count is reset, in seconds.
const FORGET: i64 = 24 * 3600;
/// Maximum number of remembered addresses; about 40 bytes each.
const REMEMBERED: usize = 200_000;

/// Counts failed sign-ins by e-mail address, known or not. Cheap to clone.
#[derive(Clone, Default)]
pub struct SignInAttempts {
    failures: Arc<Mutex<HashMap<u64, Failures>>>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl SignInAttempts {
    /// Starts an attempt for this address, and counts it as a failure from now on: concurrent attempts
    /// get no further than consecutive ones. Returns true if this attempt, should it fail, is the first
    /// that causes a delay.
    ///
    /// # Errors
    /// Seconds until the next attempt is allowed.
    pub fn begin(&self, email_key: &str, now: Timestamp) -> Result<bool, i64> {
        let (mut failures, key) = (self.locked(), digest(email_key));
        if let Some(wait) = failures.get(&key).and_then(|past| past.wait(now)) {
            return Err(wait);
        }
        if failures.len() >= REMEMBERED {
            failures.retain(|_, past| past.count >= FREE && past.last.plus_seconds(FORGET) > now);
            if failures.len() >= REMEMBERED {
                failures.clear();
            }
        }
        let past = failures.entry(key).or_insert(Failures { count: 0, last: now });
        let forgotten = past.last.plus_seconds(FORGET) < now;
        *past = Failures { count: if forgotten { 1 } else { past.count.saturating_add(1) }, last: now };
        Ok(past.count == FREE)
    }

    /// Ends an attempt without a comparison; it does not count.
    pub fn take_back(&self, email_key: &str) {
        if let Some(past) = self.locked().get_mut(&digest(email_key)) {
            past.count = past.count.saturating_sub(1);
        }
    }

    /// Resets the count after a success.
    pub fn succeeded(&self, email_key: &str) {
        self.locked().remove(&digest(email_key));
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<u64, Failures>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failures {
    /// Seconds until the next attempt is allowed; `None` if it is now.
    fn wait(self, now: Timestamp) -> Option<i64> {
        let excess = self.count.checked_sub(FREE)?;
        // 2⁶ exceeds the maximum already.
        let pause = LONGEST.min(1 << excess.min(6));
        let wait = self.last.plus_seconds(pause).seconds() - now.seconds();
        (wait > 0).then_some(wait)
    }
}

fn digest(text: &str) -> u64 {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: &str = "ann@example.com";

    #[test]
    fn the_eleventh_try_in_a_row_has_to_wait_and_a_success_starts_anew() {
        let (attempts, mut now) = (SignInAttempts::default(), Timestamp::from_seconds(1_000));
        for number in 1..=FREE {
            assert_eq!(attempts.begin(ANN, now), Ok(number == FREE));
        }
        assert_eq!(attempts.begin(ANN, now), Err(1));
        assert_eq!(attempts.begin("bob@example.com", now), Ok(false));
        for pause in [1, 2, 4, 8, 16, 32, LONGEST, LONGEST] {
            assert_eq!(attempts.begin(ANN, now), Err(pause));
            now = now.plus_seconds(pause);
            assert_eq!(attempts.begin(ANN, now), Ok(false));
        }
        attempts.succeeded(ANN);
        assert_eq!(attempts.begin(ANN, now), Ok(false));
        assert_eq!(attempts.begin(ANN, now), Ok(false));
    }

    #[test]
    fn of_those_that_come_at_once_after_a_wait_one_is_taken() {
        let (attempts, now) = (SignInAttempts::default(), Timestamp::from_seconds(1_000));
        for _ in 0..FREE {
            attempts.begin(ANN, now).unwrap();
        }
        let later = now.plus_seconds(5);
        let taken = (0..50).filter(|_| attempts.begin(ANN, later).is_ok()).count();
        assert_eq!(taken, 1);
    }

    #[test]
    fn a_try_without_an_outcome_does_not_count() {
        let (attempts, now) = (SignInAttempts::default(), Timestamp::from_seconds(1_000));
        for _ in 0..10 * FREE {
            attempts.begin(ANN, now).unwrap();
            attempts.take_back(ANN);
        }
        assert_eq!(attempts.begin(ANN, now), Ok(false));
    }

    #[test]
    fn after_a_day_without_a_failure_the_count_starts_anew() {
        let (attempts, now) = (SignInAttempts::default(), Timestamp::from_seconds(1_000));
        for _ in 0..FREE {
            attempts.begin(ANN, now).unwrap();
        }
        let later = now.plus_seconds(FORGET + 1);
        for _ in 1..FREE {
            assert_eq!(attempts.begin(ANN, later), Ok(false));
        }
        assert_eq!(attempts.begin(ANN, later), Ok(true));
    }
}

//! Time, and ids derived from it. Both are passed as arguments, so that tests can control them.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use frontdesk_model::Timestamp;
use uuid::{ContextV7, Uuid};

/// Returns the time, and creates ids in order of time. Cheap to clone.
#[derive(Clone)]
pub struct Clock {
    time: Time,
    /// Counter within a millisecond, so that consecutive ids are in order.
    ids: Arc<std::sync::Mutex<ContextV7>>,
}

#[derive(Clone)]
enum Time {
    System,
    /// Fixed until it is advanced; in microseconds.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// The system clock.
    pub fn system() -> Self {
        Self { time: Time::System, ids: Arc::default() }
    }

    /// A clock that stays at `at` until [`Clock::advance`].
    pub fn set_to(at: Timestamp) -> Self {
        Self { time: Time::Set(Arc::new(AtomicI64::new(at.micros()))), ids: Arc::default() }
    }

    /// Advances a fixed clock. The system clock cannot be advanced.
    pub fn advance(&self, seconds: i64) {
        if let Time::Set(micros) = &self.time {
            micros.fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    pub fn now(&self) -> Timestamp {
        match &self.time {
            Time::System => {
                let since =
                    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
                Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
            }
            Time::Set(micros) => Timestamp::from_micros(micros.load(Ordering::SeqCst)),
        }
    }

    /// A new id: UUIDv7 of the current time.
    pub fn id(&self) -> Uuid {
        self.id_at(self.now())
    }

    /// A new id that sorts as one made at that moment.
    pub fn id_at(&self, at: Timestamp) -> Uuid {
        let seconds = u64::try_from(at.seconds()).unwrap_or(0);
        let nanos = u32::try_from(at.micros().rem_euclid(1_000_000) * 1_000).unwrap_or(0);
        let context = self.ids.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Uuid::new_v7(uuid::Timestamp::from_unix(&*context, seconds, nanos))
    }
}

/// The smallest possible id of a time: the bound of a range of time.
pub fn first_id_at(at: Timestamp) -> Uuid {
    let millis = u64::try_from(at.micros().div_euclid(1_000)).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_in_the_order_they_were_made() {
        let clock = Clock::set_to(Timestamp::from_seconds(1_700_000_000));
        let ids: Vec<Uuid> = (0..2_000).map(|_| clock.id()).collect();
        assert!(ids.is_sorted());
        assert!(first_id_at(clock.now()) <= ids[0]);
        clock.advance(1);
        assert!(clock.id() > first_id_at(clock.now()));
        assert!(first_id_at(clock.now()) > ids[1_999]);
    }
}

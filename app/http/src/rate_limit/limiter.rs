//! The buckets of all callers.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use http::Extensions;
use uuid::Uuid;

use super::{Exceeded, Limit, Rates, Standing};
use crate::request::client_address::{ClientAddr, ClientUnknown, network};

/// The number of requests after which callers with full buckets are dropped. A request keeps its caller
/// in memory for two intervals at most, so the memory is bounded by the traffic.
const SWEEP: u32 = 4_096;

/// The owner of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// A client address. This machine's own is not limited.
    Address(IpAddr),
    /// The address of a proxy that is not trusted, with all clients behind it.
    Proxy(IpAddr),
    Token(Uuid),
    User(Uuid),
}

impl Caller {
    /// The client of a request, by its address.
    pub fn of(extensions: &Extensions) -> Option<Self> {
        let ClientAddr(address) = *extensions.get()?;
        let is_unknown = extensions.get::<ClientUnknown>().is_some();
        Some(if is_unknown { Self::Proxy(address) } else { Self::Address(address) })
    }
}

/// The buckets of all callers. Cheap to clone.
#[derive(Clone)]
pub struct Limiter(Arc<[Option<Bucket>; Limit::ALL.len()]>);

/// One limit, with the state of each caller.
struct Bucket {
    quota: NonZeroU32,
    callers: RateLimiter<Caller, DefaultKeyedStateStore<Caller>, DefaultClock, StateInformationMiddleware>,
    asked: AtomicU32,
}

impl Limiter {
    pub fn new(rates: Rates) -> Self {
        Self(Arc::new(Limit::ALL.map(|limit| Bucket::new(rates.of(limit)))))
    }

    /// Takes one request out of the caller's bucket, and returns what is left; `None` for callers that are
    /// not limited.
    ///
    /// # Errors
    /// [`Exceeded`], with the time to wait.
    pub fn take(&self, limit: Limit, caller: Caller) -> Result<Option<Standing>, Exceeded> {
        let caller = match caller {
            Caller::Address(address) if address.is_loopback() => return Ok(None),
            Caller::Address(address) => Caller::Address(network(address)),
            Caller::Proxy(address) => Caller::Proxy(network(address)),
            other => other,
        };
        let Some(bucket) = &self.0[limit as usize] else { return Ok(None) };
        match bucket.take(caller) {
            Ok(left) => Ok(Some(Standing { limit, quota: bucket.quota, left })),
            Err(wait) => Err(Exceeded { limit, quota: bucket.quota, wait }),
        }
    }
}

impl Bucket {
    fn new(a_minute: u32) -> Option<Self> {
        let quota = NonZeroU32::new(a_minute)?;
        let callers = RateLimiter::keyed(Quota::per_minute(quota)).with_middleware();
        Some(Self { quota, callers, asked: AtomicU32::new(0) })
    }

    /// Returns the remaining requests, or the time to wait.
    fn take(&self, caller: Caller) -> Result<u32, Duration> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.callers.retain_recent();
        }
        match self.callers.check_key(&caller) {
            Ok(state) => Ok(state.remaining_burst_capacity()),
            Err(not_until) => Err(not_until.wait_time_from(DefaultClock::default().now())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_with_full_buckets_are_dropped() {
        // 60 million a minute: a bucket is full again after a microsecond.
        let bucket = Bucket::new(60_000_000).unwrap();
        for n in 0..10 * SWEEP {
            assert!(bucket.take(Caller::Address(IpAddr::V4(n.into()))).is_ok());
        }
        assert!(bucket.callers.len() <= 2 * SWEEP as usize, "{}", bucket.callers.len());
    }
}

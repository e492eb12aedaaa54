//! Jobs: none is lost and none is done twice, whichever process dies at any time.

mod clock;
mod kinds;
mod lease;
mod plans;
mod queue;
mod queues;
mod staff;
mod worker;

use std::time::Duration;

use frontdesk_domain::jobs::{self, Claimed, FreeSlots, Queue, Retry};

use crate::support::TestDomain;

/// Duration of leases in these tests, by their clock.
pub const LEASE: Duration = Duration::from_secs(30);
/// Delays after failed attempts.
pub const RETRY: Retry = Retry::Delays(&[Duration::from_secs(10), Duration::from_secs(100)]);

/// Leases due jobs of all kinds of these tests.
pub async fn claim(domain: &TestDomain, at_most: usize) -> Vec<Claimed> {
    let names = ["test.append", "test.misbehave", "test.crowd", "test.tick"];
    jobs::claim(domain, &[FreeSlots::new(Queue::Maintenance, &names, at_most)], LEASE).await.unwrap()
}

/// Leases the one that is due.
pub async fn claim_one(domain: &TestDomain) -> Claimed {
    let mut claimed = claim(domain, 10).await;
    assert_eq!(claimed.len(), 1, "{claimed:?}");
    claimed.remove(0)
}

//! Deletes old events.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::sql;
use crate::{
    Domain,
    clock::first_id_at,
    jobs::{Attempt, BackgroundJob, Done, Failure, RecurringJob},
};

/// Time for which the feed keeps events, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept(u16);

impl Kept {
    /// The shortest time, and the default. Deliveries can be sent again for as long.
    pub const LEAST: u16 = 30;

    /// `None` below [`Kept::LEAST`].
    pub fn days(days: u16) -> Option<Self> {
        (days >= Self::LEAST).then_some(Self(days))
    }

    fn seconds(self) -> i64 {
        i64::from(self.0) * 24 * 3_600
    }
}

impl Default for Kept {
    fn default() -> Self {
        Self(Self::LEAST)
    }
}

/// Deletes events that the feed no longer keeps. The audit trail keeps its own.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SweepEvents {}

impl BackgroundJob for SweepEvents {
    type Context = Domain;

    const NAME: &'static str = "events.sweep";

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let before = first_id_at(domain.clock.now().plus_seconds(-domain.events_kept.seconds()));
        // In batches, so that other writers get their turn.
        loop {
            let mut tx = domain.db.write();
            if sql::sweep(&mut tx, before).await? == 0 {
                return attempt.finish(tx).await;
            }
            tx.commit().await?;
        }
    }
}

impl RecurringJob for SweepEvents {
    const EVERY: Duration = Duration::from_secs(3_600);
}

//! Deletes expired sessions. They are unusable already.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::sql;
use crate::{
    Domain,
    jobs::{Attempt, BackgroundJob, Done, Failure, RecurringJob},
};

/// Deletes sessions beyond the absolute limit.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SweepSessions {}

impl BackgroundJob for SweepSessions {
    type Context = Domain;

    const NAME: &'static str = "sessions.sweep";

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let now = domain.clock.now();
        // In batches, so that other writers get their turn.
        loop {
            let mut tx = domain.db.write();
            if sql::sweep(&mut tx, now).await? == 0 {
                return attempt.finish(tx).await;
            }
            tx.commit().await?;
        }
    }
}

impl RecurringJob for SweepSessions {
    const EVERY: Duration = Duration::from_secs(3_600);
}

//! Deletes old jobs.

use std::time::Duration;

use frontdesk_model::jobs::JobState;
use serde::{Deserialize, Serialize};

use super::{Attempt, BackgroundJob, Done, Failure, RecurringJob, store};
use crate::Platform;

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Time for which ended jobs are kept, by how they ended.
const KEPT: [(JobState, Duration); 3] = [
    (JobState::Succeeded, Duration::from_secs(7 * DAY.as_secs())),
    (JobState::Cancelled, Duration::from_secs(30 * DAY.as_secs())),
    // Longest, so that staff do not miss them.
    (JobState::Dead, Duration::from_secs(90 * DAY.as_secs())),
];

/// Deletes jobs that ended long enough ago.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SweepJobs {}

impl BackgroundJob for SweepJobs {
    type Context = Platform;

    const NAME: &'static str = "jobs.sweep";

    async fn run(self, platform: &Platform, attempt: Attempt) -> Result<Done, Failure> {
        let now = platform.clock.now();
        // In batches, so that other writers get their turn.
        loop {
            let mut tx = platform.db.write();
            let mut swept = 0;
            for (state, kept) in KEPT {
                swept += store::sweep(&mut tx, state, now - kept).await?;
            }
            if swept == 0 {
                return attempt.finish(tx).await;
            }
            tx.commit().await?;
        }
    }
}

impl RecurringJob for SweepJobs {
    const EVERY: Duration = Duration::from_secs(3_600);
}

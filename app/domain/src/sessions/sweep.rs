//! Sessions that are too old are deleted. They are of no use to anybody meanwhile.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::sql;
use crate::{
    Domain,
    jobs::{Attempt, Done, Failure, Kind, Recurring},
};

/// Deletes the sessions that are too old.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SweepSessions {}

impl Kind for SweepSessions {
    type Context = Domain;

    const NAME: &'static str = "sessions.sweep";

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let now = domain.clock.now();
        // Some at a time, so that others can write between.
        loop {
            let mut tx = domain.db.write().await?;
            if sql::sweep(&mut tx, now).await? == 0 {
                return attempt.finish(tx).await;
            }
            tx.commit().await?;
        }
    }
}

impl Recurring for SweepSessions {
    const EVERY: Duration = Duration::from_secs(3_600);
}

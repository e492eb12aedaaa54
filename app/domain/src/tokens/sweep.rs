//! Deletes tokens that ended long ago. The audit trail keeps its events.

use std::time::Duration;

use frontdesk_model::tokens::KEPT_DAYS;
use serde::{Deserialize, Serialize};

use super::sql;
use crate::{
    Domain,
    jobs::{Attempt, BackgroundJob, Done, Failure, RecurringJob},
};

/// Deletes tokens that ended [`KEPT_DAYS`] ago.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SweepTokens {}

impl BackgroundJob for SweepTokens {
    type Context = Domain;

    const NAME: &'static str = "tokens.sweep";

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let before = domain.clock.now().plus_seconds(-KEPT_DAYS * 24 * 3_600);
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

impl RecurringJob for SweepTokens {
    const EVERY: Duration = Duration::from_secs(3_600);
}

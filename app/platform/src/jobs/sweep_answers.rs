//! Deletes answers that are no longer replayed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Attempt, BackgroundJob, Done, Failure, RecurringJob};
use crate::{Platform, idempotency};

/// Deletes expired answers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SweepAnswers {}

impl BackgroundJob for SweepAnswers {
    type Context = Platform;

    const NAME: &'static str = "idempotency.sweep";

    async fn run(self, platform: &Platform, attempt: Attempt) -> Result<Done, Failure> {
        idempotency::sweep(platform).await?;
        attempt.done().await
    }
}

impl RecurringJob for SweepAnswers {
    const EVERY: Duration = Duration::from_secs(3_600);
}

//! Deletes answers that are no longer replayed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    Platform,
    jobs::{Attempt, Done, Failure, Kind, Recurring},
};

/// Deletes expired answers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SweepAnswers {}

impl Kind for SweepAnswers {
    type Context = Platform;

    const NAME: &'static str = "idempotency.sweep";

    async fn run(self, platform: &Platform, attempt: Attempt) -> Result<Done, Failure> {
        super::sweep(platform).await?;
        attempt.done().await
    }
}

impl Recurring for SweepAnswers {
    const EVERY: Duration = Duration::from_secs(3_600);
}

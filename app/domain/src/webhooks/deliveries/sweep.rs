//! Deletes old deliveries, and those of a removed webhook.

use std::time::Duration;

use frontdesk_model::{WebhookId, webhooks::KEPT_DAYS};
use serde::{Deserialize, Serialize};

use super::sql;
use crate::{
    Domain,
    clock::first_id_at,
    jobs::{Attempt, BackgroundJob, Done, Failure, RecurringJob},
};

/// Deletes deliveries that are [`KEPT_DAYS`] old.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SweepDeliveries {}

impl BackgroundJob for SweepDeliveries {
    type Context = Domain;

    const NAME: &'static str = "webhooks.sweep";

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let before = first_id_at(domain.clock.now().plus_seconds(-KEPT_DAYS * 24 * 3_600));
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

impl RecurringJob for SweepDeliveries {
    const EVERY: Duration = Duration::from_secs(3_600);
}

/// Deletes the deliveries of a removed webhook.
#[derive(Debug, Serialize, Deserialize)]
pub struct ClearDeliveries {
    pub(in crate::webhooks) webhook: WebhookId,
}

impl BackgroundJob for ClearDeliveries {
    type Context = Domain;

    const NAME: &'static str = "webhooks.clear";

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        loop {
            let mut tx = domain.db.write();
            if sql::clear(&mut tx, self.webhook).await? == 0 {
                return attempt.finish(tx).await;
            }
            tx.commit().await?;
        }
    }
}

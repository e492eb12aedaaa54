//! The kinds of job that there are, and the worker that runs them.

use std::time::Duration;

use frontdesk_domain::{
    Domain, idempotency,
    jobs::{Attempt, Done, Failure, Handler, Kind, Recurring, Settings, SweepJobs, Worker},
    ledger::VerifyLedger,
    payments::{Reconcile, SettlePayment, SettleRefund},
    sessions::SweepSessions,
    tokens::SweepTokens,
    webhooks::{ClearDeliveries, Deliver, SweepDeliveries},
};
use serde::{Deserialize, Serialize};

use crate::shutdown::Shutdown;

/// Every kind. What is enqueued and not listed here waits for a worker that knows it.
pub const KINDS: &[Handler] = &[
    Handler::recurring::<SweepJobs>(),
    Handler::recurring::<SweepSessions>(),
    Handler::recurring::<SweepTokens>(),
    Handler::recurring::<SweepAnswers>(),
    Handler::recurring::<SweepDeliveries>(),
    Handler::of::<ClearDeliveries>(),
    Handler::of::<Deliver>(),
    Handler::of::<SettlePayment>(),
    Handler::of::<SettleRefund>(),
    Handler::recurring::<Reconcile>(),
    Handler::recurring::<VerifyLedger>(),
];

/// Works until `shutdown` begins; then finishes what is under way, within the deadline.
pub async fn run(domain: Domain, settings: Settings, shutdown: Shutdown) {
    let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    tracing::info!(concurrency = settings.concurrency, kinds = kinds.join(" "), "working on jobs");
    Worker::new(domain, KINDS, settings).run(shutdown.begun()).await;
    tracing::info!("no job is under way");
}

/// Deletes the answers that are not replayed any more. It is here and not in its room, which stands
/// before that of jobs.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SweepAnswers {}

impl Kind for SweepAnswers {
    const NAME: &'static str = "idempotency.sweep";

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        idempotency::sweep(domain).await?;
        attempt.done().await
    }
}

impl Recurring for SweepAnswers {
    const EVERY: Duration = Duration::from_secs(3_600);
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use frontdesk_model::job::JobKind;

    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_that_lists_can_be_asked_for() {
        let mut names = HashSet::new();
        for kind in KINDS {
            assert!(JobKind::parse(kind.name).is_some() && names.insert(kind.name), "{}", kind.name);
        }
    }
}

//! The kinds of job that there are, and the worker that runs them.

use crate::shutdown::Shutdown;
use frontdesk_domain::{
    Domain,
    idempotency::SweepAnswers,
    jobs::{Handler, Settings, SweepJobs, Worker},
    ledger::VerifyLedger,
    payments::{Reconcile, SettlePayment, SettleRefund},
    sessions::SweepSessions,
    tokens::SweepTokens,
    users::FillWords,
    webhooks::{ClearDeliveries, Deliver, SweepDeliveries},
};

/// Every kind. What is enqueued and not listed here waits for a worker that knows it.
pub const KINDS: &[Handler<Domain>] = &[
    Handler::recurring::<SweepJobs>(),
    Handler::recurring::<SweepSessions>(),
    Handler::recurring::<SweepTokens>(),
    Handler::recurring::<FillWords>(),
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

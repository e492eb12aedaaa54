//! Finds payments and refunds without a pending job: their job was cancelled, failed permanently, or
//! belonged to a version that is gone.

use std::time::Duration;

use frontdesk_model::{PaymentId, RefundId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Domain,
    db::statements,
    jobs::{self, Attempt, BackgroundJob, Done, Failure, Queue, RecurringJob},
    params,
    payments::ProcessPayment,
    refunds::ProcessRefund,
};

statements! { "processing";
    LEFT_PAYMENTS = "SELECT p.id, p.settle_at, o.reference FROM payments p JOIN orders o ON o.id = p.order_id \
                     WHERE p.settle_at IS NOT NULL AND p.settle_at < $1 AND p.gateway = $2 ORDER BY p.settle_at, p.id LIMIT 500";
    LEFT_REFUNDS = "SELECT r.id, r.settle_at, o.reference FROM refunds r JOIN orders o ON o.id = r.order_id \
                    JOIN payments p ON p.id = r.payment_id \
                    WHERE r.settle_at IS NOT NULL AND r.settle_at < $1 AND p.gateway = $2 ORDER BY r.settle_at, r.id LIMIT 500";
}

/// Delay after which a scheduled call counts as forgotten.
const LATE: Duration = Duration::from_secs(180);

/// Enqueues a job for each of them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Reconcile {}

impl BackgroundJob for Reconcile {
    type Context = Domain;

    const NAME: &'static str = "payments.reconcile";
    const QUEUE: Queue = Queue::Payments;

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let (before, gateway) = (domain.clock.now() - LATE, domain.gateway.name());
        let payments: Vec<(Uuid, i64, String)> =
            domain.db.all(LEFT_PAYMENTS, params![before, gateway]).await?;
        let refunds: Vec<(Uuid, i64, String)> = domain.db.all(LEFT_REFUNDS, params![before, gateway]).await?;
        if !(payments.is_empty() && refunds.is_empty()) {
            tracing::warn!(
                payments = payments.len(),
                refunds = refunds.len(),
                "enqueued payments and refunds that had no pending job"
            );
        }
        let mut tx = domain.db.write();
        let payment = |(id, at, order): (Uuid, i64, String)| {
            ProcessPayment::due(PaymentId(id), Timestamp::from_micros(at), &order)
                .unique(&format!("left:{id}"))
        };
        let refund = |(id, at, order): (Uuid, i64, String)| {
            ProcessRefund::due(RefundId(id), Timestamp::from_micros(at), &order).unique(&format!("left:{id}"))
        };
        for job in payments.into_iter().map(payment).chain(refunds.into_iter().map(refund)) {
            let enqueued = jobs::enqueue(&mut tx, &domain.clock, job).await;
            enqueued.map_err(|error| Failure::Retry(error.to_string()))?;
        }
        attempt.finish(tx).await
    }
}

impl RecurringJob for Reconcile {
    const EVERY: Duration = Duration::from_secs(60);
}

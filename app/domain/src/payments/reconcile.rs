//! Looks for payments and refunds that nobody looks after: their job was called off, has died, or was
//! of a version that is gone.

use std::time::Duration;

use frontdesk_model::{PaymentId, Permission, RefundId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Error, SettlePayment, SettleRefund};
use crate::{
    Domain,
    actor::Actor,
    db::statements,
    jobs::{self, Attempt, Done, Failure, Kind, Recurring},
    params,
};

statements! { "payments";
    LEFT_PAYMENTS = "SELECT p.id, p.settle_at, o.reference FROM payments p JOIN orders o ON o.id = p.order_id \
                     WHERE p.settle_at IS NOT NULL AND p.settle_at < $1 AND p.gateway = $2 ORDER BY p.settle_at, p.id LIMIT 500";
    LEFT_REFUNDS = "SELECT r.id, r.settle_at, o.reference FROM refunds r JOIN orders o ON o.id = r.order_id \
                    JOIN payments p ON p.id = r.payment_id \
                    WHERE r.settle_at IS NOT NULL AND r.settle_at < $1 AND p.gateway = $2 ORDER BY r.settle_at, r.id LIMIT 500";
    COUNT_UNKNOWN = "SELECT count(*) FROM (SELECT 1 FROM payments WHERE state = 'unknown' LIMIT CAST($1 AS BIGINT)) AS a";
    COUNT_AWAITING = "SELECT count(*) FROM (SELECT 1 FROM refunds WHERE state = 'awaiting_approval' \
                      LIMIT CAST($1 AS BIGINT)) AS a";
    COUNT_LEFT = "SELECT count(*) FROM (SELECT 1 FROM payments WHERE settle_at IS NOT NULL AND settle_at < $2 \
                  LIMIT CAST($1 AS BIGINT)) AS a";
    COUNT_SURPLUS = "SELECT count(*) FROM (SELECT 1 FROM payments WHERE is_surplus = 1 AND reserved_minor < amount_minor \
                     LIMIT CAST($1 AS BIGINT)) AS a";
    COUNT_FAILED = "SELECT count(*) FROM (SELECT 1 FROM refunds WHERE state = 'failed' AND id >= $2 \
                    LIMIT CAST($1 AS BIGINT)) AS a";
}

/// So long after its time nobody is going to look after it.
const LATE: Duration = Duration::from_secs(180);

/// Gives what is left behind a job of its own.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Reconcile {}

impl Kind for Reconcile {
    const NAME: &'static str = "payments.reconcile";

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let (before, gateway) = (domain.clock.now() - LATE, domain.gateway.name());
        let payments: Vec<(Uuid, i64, String)> =
            domain.db.all(LEFT_PAYMENTS, params![before, gateway]).await?;
        let refunds: Vec<(Uuid, i64, String)> = domain.db.all(LEFT_REFUNDS, params![before, gateway]).await?;
        if !(payments.is_empty() && refunds.is_empty()) {
            tracing::warn!(payments = payments.len(), refunds = refunds.len(), "nobody looked after these");
        }
        let mut tx = domain.db.write().await?;
        let payment = |(id, at, order): (Uuid, i64, String)| {
            SettlePayment::due(PaymentId(id), Timestamp::from_micros(at), &order)
                .unique(&format!("left:{id}"))
        };
        let refund = |(id, at, order): (Uuid, i64, String)| {
            SettleRefund::due(RefundId(id), Timestamp::from_micros(at), &order).unique(&format!("left:{id}"))
        };
        for job in payments.into_iter().map(payment).chain(refunds.into_iter().map(refund)) {
            let enqueued = jobs::enqueue(&mut tx, &domain.clock, job).await;
            enqueued.map_err(|error| Failure::Retry(error.to_string()))?;
        }
        attempt.finish(tx).await
    }
}

impl Recurring for Reconcile {
    const EVERY: Duration = Duration::from_secs(60);
}

/// What staff should look at; each is counted up to a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attention {
    /// Payments of which it is not known what became of them.
    pub unknown_payments: i64,
    /// Refunds that wait for somebody's approval.
    pub refunds_to_approve: i64,
    /// Refunds of the last week that the gateway did not make.
    pub failed_refunds: i64,
    /// Payments that nobody could settle for an hour: they may be at a gateway that is not configured.
    pub left_payments: i64,
    /// Payments that their orders do without, and that have not gone back.
    pub surplus_payments: i64,
}

/// What staff should look at.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`.
#[tracing::instrument(name = "payments.attention", skip_all)]
pub async fn attention(domain: &Domain, actor: &Actor, at_most: i64) -> Result<Attention, Error> {
    actor.require(Permission::OrdersRead)?;
    let (db, week_ago) = (&domain.db, domain.clock.now().plus_seconds(-7 * 24 * 3_600));
    let (unknown_payments,): (i64,) = db.one(COUNT_UNKNOWN, params![at_most]).await?;
    let (refunds_to_approve,): (i64,) = db.one(COUNT_AWAITING, params![at_most]).await?;
    let since = crate::clock::first_id_at(week_ago);
    let (failed_refunds,): (i64,) = db.one(COUNT_FAILED, params![at_most, since]).await?;
    let hour_ago = domain.clock.now().plus_seconds(-3_600);
    let (left_payments,): (i64,) = db.one(COUNT_LEFT, params![at_most, hour_ago]).await?;
    let (surplus_payments,): (i64,) = db.one(COUNT_SURPLUS, params![at_most]).await?;
    Ok(Attention { unknown_payments, refunds_to_approve, failed_refunds, left_payments, surplus_payments })
}

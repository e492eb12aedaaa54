//! One call of the gateway about a refund. Unlike a payment it has no waiting customer, and it is owed:
//! calls are repeated until the gateway answers.

use std::time::Duration;

use frontdesk_model::{
    RefundId, Timestamp,
    audit::Action,
    orders::OrderState,
    refunds::{Refund, RefundState},
};
use serde::{Deserialize, Serialize};

use super::{
    get,
    sql::{self, After, Asking},
};
use crate::{
    Domain,
    audit::Entry,
    db::Tx,
    events,
    gateway::{GatewayError, GatewayRefund, RefundResult},
    jobs::{self, Attempt, BackgroundJob, Done, Failure, Job, Queue, Retry},
    ledger,
    orders::{self, Locked},
    payments::{metrics as meter, sql as payments},
};

/// Delays between calls about one refund.
const PAUSES: Retry = Retry::Delays(&[
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(60),
    Duration::from_secs(600),
    Duration::from_secs(3_600),
]);

/// Calls the gateway about one refund: requests it or looks it up.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProcessRefund {
    refund: RefundId,
    /// The refund's `settle_at`, in microseconds. Once that has moved, another job is responsible.
    due: i64,
    /// Number of earlier calls without a result.
    #[serde(default)]
    failures: u32,
}

impl ProcessRefund {
    pub(crate) fn due(refund: RefundId, settle_at: Timestamp, order: &str) -> Job {
        Self::again(refund, settle_at, 0, order)
    }

    fn again(refund: RefundId, settle_at: Timestamp, failures: u32, order: &str) -> Job {
        let kind = Self { refund, due: settle_at.micros(), failures };
        Job::new(&kind).about(order).lane(&format!("refund:{refund}")).at(settle_at)
    }
}

impl BackgroundJob for ProcessRefund {
    type Context = Domain;

    const NAME: &'static str = "refunds.settle";
    const QUEUE: Queue = Queue::Payments;
    const TIMEOUT: Duration = Duration::from_secs(120);
    const RETRY: Retry =
        Retry::Backoff { first: Duration::from_secs(1), most: Duration::from_secs(600), attempts: 20 };

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let refund = sql::by_id(&domain.db, self.refund).await?;
        let asking = sql::asking(&domain.db, self.refund).await?;
        let Some((refund, asking)) = refund.zip(asking) else { return attempt.done().await };
        if !refund.state.is_open() || asking.settle_at.map(Timestamp::micros) != Some(self.due) {
            return attempt.done().await;
        }
        if asking.gateway != domain.gateway.name() {
            // `processing::Reconcile` enqueues the call as soon as the gateway is there again.
            tracing::warn!(refund = %refund.id, gateway = asking.gateway, "a refund waits: its gateway is not configured");
            return attempt.done().await;
        }
        let (answer, anew) = ask(domain, &refund, &asking).await?;
        self.record(domain, attempt, refund.id, answer, anew).await
    }
}

/// Within the gateway's memory of the key, a repeated request returns the first result; after that it
/// could refund twice, so the refund is only looked up. If the gateway never received it, which the
/// second value tells, the next call requests it anew.
async fn ask(
    domain: &Domain,
    refund: &Refund,
    asking: &Asking,
) -> Result<(Result<RefundResult, GatewayError>, bool), Failure> {
    let now = domain.clock.now();
    let back = GatewayRefund {
        refund: refund.id,
        amount: refund.amount,
        payment: refund.payment_id,
        reference: asking.payment_reference.clone(),
        known: asking.known.clone(),
        since: asking.asked_at.unwrap_or(now),
    };
    let remembered = |at: Timestamp| now < at.plus_seconds(domain.gateway.remembers() * 9 / 10);
    let is_forgotten = !asking.asked_at.is_none_or(remembered);
    if asking.known.is_some() || is_forgotten {
        let answer = domain.gateway.look_up_refund(back).await;
        let never_got_it = asking.known.is_none() && answer == Ok(RefundResult::Absent);
        return Ok((answer, never_got_it));
    }
    if asking.asked_at.is_none() {
        let mut tx = domain.db.write();
        if !sql::ask(&mut tx, refund, now).await? {
            return Err(Failure::Retry("The refund has just changed.".to_owned()));
        }
        tx.commit().await?;
    }
    Ok((domain.gateway.refund(back).await, false))
}

impl ProcessRefund {
    async fn record(
        self,
        domain: &Domain,
        attempt: Attempt,
        id: RefundId,
        answer: Result<RefundResult, GatewayError>,
        anew: bool,
    ) -> Result<Done, Failure> {
        let (at, ctx) = (domain.clock.now(), attempt.context(domain));
        let mut tx = ctx.begin();
        let Some(seen) = sql::by_id(&mut tx, id).await? else {
            return attempt.finish(tx).await;
        };
        let Some(order) = orders::lock(&mut tx, seen.order.id).await? else {
            return attempt.finish(tx).await;
        };
        let Some(refund) = sql::by_id(&mut tx, id).await?.filter(|now| now.state.is_open()) else {
            return attempt.finish(tx).await;
        };
        let mut after =
            After { state: refund.state, gateway_reference: None, failure: None, settle_at: None, anew };
        let words;
        match &answer {
            Ok(RefundResult::Succeeded { reference }) => {
                (after.state, after.gateway_reference) = (RefundState::Succeeded, Some(reference.as_str()));
            }
            Ok(RefundResult::Failed { why }) => {
                (after.state, after.failure) = (RefundState::Failed, Some(why.as_str()));
            }
            Ok(RefundResult::Processing { reference }) => {
                (after.state, after.gateway_reference) = (RefundState::Unknown, Some(reference.as_str()));
            }
            Ok(RefundResult::Absent) => after.state = RefundState::Unknown,
            Err(error) => {
                words = error.to_string();
                after.failure = Some(&words);
                if matches!(error, GatewayError::Unknown(_)) {
                    after.state = RefundState::Unknown;
                }
            }
        }
        let state = after.state;
        if state.is_open() {
            let next = at + PAUSES.wait(self.failures + 1);
            after.settle_at = Some(next);
            let job = Self::again(id, next, self.failures + 1, &order.reference).caused_by(&ctx.actor);
            jobs::enqueue(&mut tx, &domain.clock, job).await.map_err(retry)?;
        }
        if !sql::update(&mut tx, &refund, after, at).await? {
            return Err(Failure::Retry("The refund has just changed.".to_owned()));
        }
        let told = match state {
            RefundState::Succeeded => {
                let order_is = book(domain, &mut tx, &order, &refund).await?;
                let told = Entry::new(Action::REFUND_SUCCEEDED);
                Some(told.changed("order state", Some(order.state.as_str()), Some(order_is.as_str())))
            }
            RefundState::Failed => {
                payments::release(&mut tx, refund.payment_id, refund.amount).await?;
                Some(Entry::new(Action::REFUND_FAILED))
            }
            _ => None,
        };
        if let Some(told) = told {
            let entry = told
                .on(order.id, &order.reference)
                .changed("refund", None, Some(&refund.id.to_string()))
                .changed("amount", None, Some(&orders::words(refund.amount)))
                .changed("refund state", Some(refund.state.as_str()), Some(state.as_str()));
            let now = get::by_id(&mut tx, refund.id).await.map_err(retry)?;
            events::record_change(&ctx, &mut tx, entry, Some(&refund), &now).await.map_err(retry)?;
        }
        let done = attempt.finish(tx).await?;
        if !state.is_open() {
            meter::refund(state.as_str());
        }
        Ok(done)
    }
}

/// Books the refund in the ledger, the payment and the order. Returns the order's state.
async fn book(domain: &Domain, tx: &mut Tx, order: &Locked, refund: &Refund) -> Result<OrderState, Failure> {
    let at = domain.clock.now();
    let entry = ledger::Entry::Refund(refund.payment_id, refund.id);
    ledger::post(domain, tx, domain.gateway.name(), entry, refund.amount).await?;
    payments::add_refund(tx, refund.payment_id, refund.amount, at).await?;
    if sql::is_surplus(tx, refund.payment_id).await? {
        return Ok(order.state);
    }
    let refunded = order.refunded.plus(refund.amount);
    let refunded = refunded.ok_or_else(|| Failure::Permanent("The amounts cannot be added.".to_owned()))?;
    Ok(orders::set_money(tx, order.id, order.captured, refunded, at).await?)
}

fn retry(error: impl std::fmt::Display) -> Failure {
    Failure::Retry(error.to_string())
}

//! One call of the gateway about a payment.

use std::time::Duration;

use frontdesk_model::{Timestamp, payments::PaymentState, urls};
use tokio::time::Instant;

use super::result::{self, Exchange, MAX_CHARGES};
use crate::{
    Domain,
    gateway::{Charge, ChargeResult, GatewayError, KnownPayment},
    jobs::{self, Attempt, BackgroundJob, Done, Failure, Queue, Retry},
    payments::{
        ProcessPayment, Why,
        sql::{self, Row},
    },
};

/// Delay of a look-up for which the gateway is not configured.
const WAIT: Duration = Duration::from_secs(3_600);

/// The request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Charge,
    LookUp,
    Cancel,
}

impl Ask {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::LookUp => "look_up",
            Self::Cancel => "cancel",
        }
    }
}

impl BackgroundJob for ProcessPayment {
    type Context = Domain;

    const NAME: &'static str = "payments.settle";
    const QUEUE: Queue = Queue::Payments;
    const TIMEOUT: Duration = Duration::from_secs(120);
    // For failures of the database: a failed call of the gateway is not a failure of this job.
    const RETRY: Retry =
        Retry::Backoff { first: Duration::from_secs(1), most: Duration::from_secs(600), attempts: 20 };

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let Some(payment) = sql::by_id(&domain.db, self.payment).await? else {
            return attempt.done().await;
        };
        let Some(ask) = self.ask(domain, &payment) else { return attempt.done().await };
        if payment.gateway != domain.gateway.name() {
            return self.wait(domain, attempt, &payment).await;
        }
        let was_lost = payment.asking_at.is_some();
        let payment = if ask == Ask::Charge { note_asking(domain, payment).await? } else { payment };
        let (at, began) = (domain.clock.now(), Instant::now());
        let answer = self.asked(domain, ask, &payment).await;
        let duration_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        result::record(domain, attempt, Exchange { payment, ask, was_lost, answer, at, duration_ms }).await
    }
}

impl ProcessPayment {
    /// The request to send; `None` if the result is final.
    fn ask(&self, domain: &Domain, payment: &Row) -> Option<Ask> {
        let charge_again = || {
            let asked_at = payment.asked_at.unwrap_or(payment.created_at);
            // Well before the key expires, so that exact clocks are not needed.
            domain.clock.now() < asked_at.plus_seconds(domain.gateway.remembers() * 9 / 10)
        };
        let noticed = match self.why {
            Why::Due(at) if payment.settle_at.map(Timestamp::micros) != Some(at) => return None,
            Why::Due(_) => false,
            Why::Noticed { .. } => true,
        };
        match payment.state {
            PaymentState::Succeeded => None,
            // The charge may have been made, whatever the answers were.
            PaymentState::Failed => (noticed && payment.charges > 0).then_some(Ask::LookUp),
            PaymentState::ConfirmationRequired if payment.cancel_asked_at.is_some() => Some(Ask::Cancel),
            PaymentState::ConfirmationRequired => Some(Ask::LookUp),
            PaymentState::Pending if charge_again() => Some(Ask::Charge),
            PaymentState::Pending => Some(Ask::LookUp),
            // Alternating: a look-up changes nothing, and a charge request retries one that never
            // arrived.
            PaymentState::Unknown => {
                let is_lost = payment.gateway_reference.is_none() && self.reference().is_none();
                let turn = payment.attempts % 2 == 0 && payment.charges < MAX_CHARGES;
                Some(if is_lost && turn && charge_again() { Ask::Charge } else { Ask::LookUp })
            }
        }
    }

    /// Leaves a payment as it is, because its gateway is not configured here. That is no failure of the job, so
    /// it does not count towards one. [`super::Reconcile`] enqueues the next call of a payment as soon as its
    /// gateway is there again; a look-up for another reason enqueues itself.
    async fn wait(self, domain: &Domain, attempt: Attempt, payment: &Row) -> Result<Done, Failure> {
        tracing::warn!(payment = %payment.id, gateway = payment.gateway, "a payment waits: its gateway is not configured");
        let ctx = attempt.context(domain);
        let mut tx = ctx.begin();
        if let Why::Noticed { reference } = self.why {
            let job = Self::noticed(payment.id, reference, &payment.reference).at(ctx.clock.now() + WAIT);
            let enqueued = jobs::enqueue(&mut tx, &ctx.clock, job.caused_by(&ctx.actor)).await;
            enqueued.map_err(|error| Failure::Retry(error.to_string()))?;
        }
        attempt.finish(tx).await
    }

    fn reference(&self) -> Option<&String> {
        match &self.why {
            Why::Noticed { reference } => reference.as_ref(),
            Why::Due(_) => None,
        }
    }

    async fn asked(&self, domain: &Domain, ask: Ask, payment: &Row) -> Result<ChargeResult, GatewayError> {
        let known = KnownPayment {
            payment: payment.id,
            amount: payment.amount,
            method: payment.method.clone(),
            reference: payment.gateway_reference.clone().or_else(|| self.reference().cloned()),
            since: payment.created_at,
        };
        match ask {
            Ask::LookUp => domain.gateway.look_up(known).await,
            Ask::Cancel => domain.gateway.cancel(known).await,
            Ask::Charge => {
                let charge = Charge {
                    payment: payment.id,
                    amount: payment.amount,
                    method: payment.method.clone(),
                    description: payment.reference.clone(),
                    return_url: format!("{}{}", domain.site, urls::ACCOUNT_ORDER.of(payment.order)),
                };
                domain.gateway.charge(charge).await
            }
        }
    }
}

/// Marks that a charge request follows. The gateway's memory of the key starts with the first request; a
/// mark that is still there means that an answer was lost.
async fn note_asking(domain: &Domain, payment: Row) -> Result<Row, Failure> {
    let at = domain.clock.now();
    let mut tx = domain.db.write();
    if !sql::ask(&mut tx, &payment, at).await? {
        return Err(Failure::Retry("The payment has just changed.".to_owned()));
    }
    tx.commit().await?;
    Ok(Row {
        asked_at: payment.asked_at.or(Some(at)),
        last_charge_at: Some(at),
        charges: payment.charges + 1,
        version: payment.version + 1,
        ..payment
    })
}

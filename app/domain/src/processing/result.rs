//! Applies the gateway's result: the only place where a payment changes its state.

use std::time::Duration;

use frontdesk_model::{
    PaymentFailure, Timestamp,
    audit::Action,
    orders::OrderState,
    payments::{PaymentAttempt, PaymentState},
};

use super::payment::Ask;
use crate::{
    Context, Domain,
    audit::Entry,
    db::Tx,
    events,
    gateway::{ChargeResult, GatewayError},
    jobs::{self, Attempt, Done, Failure, Retry},
    ledger,
    orders::{self, Locked},
    payments::{
        self, ProcessPayment, metrics as meter,
        sql::{self, After, Row},
    },
    refunds,
};

/// Delays between calls about one payment: short while a customer waits for it, then longer.
const PAUSES: Retry = Retry::Delays(&[
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
    Duration::from_secs(60),
    Duration::from_secs(300),
    Duration::from_secs(900),
    Duration::from_secs(3_600),
]);
/// A payment fails after this number of calls that could not reach the gateway.
const GIVE_UP: i64 = 6;
/// Maximum number of charge requests without an answer. After these a payment is only looked up.
pub(super) const MAX_CHARGES: i64 = 5;
/// Time in which a gateway may still carry out a request whose answer was lost, in seconds. A payment does not
/// fail before, since it could be charged beside the next one.
const MAY_STILL_CHARGE: i64 = 3_600;
/// A payment that failed for lack of an answer is looked up again after these delays, in case it was
/// charged.
const SECOND_LOOKS: [Duration; 2] = [Duration::from_secs(3_600), Duration::from_secs(24 * 3_600)];
/// Time that a customer has to confirm a payment, in seconds.
const CONFIRM_WITHIN: i64 = 24 * 3_600;
/// Minimum interval of look-ups of a payment that waits for its customer; gateway events are faster.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// A call about a payment, with the state it was sent in and the answer.
pub(super) struct Exchange {
    pub(super) payment: Row,
    pub(super) ask: Ask,
    /// An earlier charge request's answer is unknown: a process died.
    pub(super) was_lost: bool,
    pub(super) answer: Result<ChargeResult, GatewayError>,
    pub(super) at: Timestamp,
    pub(super) duration_ms: i64,
}

/// The consequence of an answer.
enum Next {
    Succeeded,
    Failed(PaymentFailure),
    Confirm {
        url: String,
    },
    /// Call again later, in this state.
    Again(PaymentState),
    /// The payment is final.
    Over,
}

/// Stores the result of a call, in the transaction that marks the job as done.
pub(super) async fn record(domain: &Domain, attempt: Attempt, exchange: Exchange) -> Result<Done, Failure> {
    let ctx = attempt.context(domain);
    let mut tx = ctx.begin();
    let Some(order) = orders::lock(&mut tx, exchange.payment.order).await? else {
        return attempt.finish(tx).await;
    };
    let next = exchange.next(domain);
    let counted = next.counted(exchange.payment.state);
    move_on(&ctx, &mut tx, &exchange, &order, next).await?;
    let done = attempt.finish(tx).await?;
    meter::exchange(exchange.ask.as_str(), exchange.answer.is_ok(), exchange.duration_ms);
    if let Some(outcome) = counted {
        meter::payment(outcome);
    }
    Ok(done)
}

impl Next {
    /// Label in the metrics, if the call gives the payment a result.
    fn counted(&self, before: PaymentState) -> Option<&'static str> {
        match self {
            Self::Succeeded => Some("succeeded"),
            Self::Failed(failure) => Some(failure.kind()),
            Self::Confirm { .. } if before != PaymentState::ConfirmationRequired => {
                Some("confirmation_required")
            }
            Self::Again(PaymentState::Unknown) if before != PaymentState::Unknown => Some("unknown"),
            Self::Confirm { .. } | Self::Again(_) | Self::Over => None,
        }
    }
}

impl Exchange {
    fn next(&self, domain: &Domain) -> Next {
        let payment = &self.payment;
        let all_of_it = |answer: &Result<ChargeResult, _>| matches!(answer, Ok(ChargeResult::Succeeded { captured, .. }) if *captured == payment.amount);
        if payment.state == PaymentState::Failed && !all_of_it(&self.answer) {
            return Next::Over;
        }
        let asked = payment.attempts + 1;
        // A payment that waits for its customer keeps waiting; any other becomes unknown.
        let waiting = match payment.state {
            PaymentState::ConfirmationRequired => PaymentState::ConfirmationRequired,
            _ => PaymentState::Unknown,
        };
        match &self.answer {
            Ok(ChargeResult::Succeeded { captured, .. }) if *captured == payment.amount => Next::Succeeded,
            Ok(ChargeResult::Succeeded { captured, .. }) => {
                tracing::error!(payment = %payment.id, %captured, "the captured amount differs from the payment");
                Next::Again(PaymentState::Unknown)
            }
            Ok(ChargeResult::Failed { failure, .. }) => Next::Failed(failure.clone()),
            Ok(ChargeResult::ConfirmationRequired { url, .. }) => Next::Confirm { url: url.clone() },
            Ok(ChargeResult::Processing { .. }) => Next::Again(PaymentState::Unknown),
            Ok(ChargeResult::Absent) if self.ask == Ask::Cancel => Next::Failed(PaymentFailure::NotConfirmed),
            // The gateway knew the payment before.
            Ok(ChargeResult::Absent) if payment.gateway_reference.is_some() => Next::Again(waiting),
            Ok(ChargeResult::Absent) if may_still_charge(payment, self.at) => {
                Next::Again(PaymentState::Unknown)
            }
            Ok(ChargeResult::Absent) if payment.charges >= MAX_CHARGES => {
                Next::Failed(PaymentFailure::NetworkError { retryable: true })
            }
            Ok(ChargeResult::Absent) if is_forgotten(payment, domain) => {
                Next::Failed(PaymentFailure::NetworkError { retryable: false })
            }
            Ok(ChargeResult::Absent) => Next::Again(PaymentState::Unknown),
            // True of this call only, and not of an earlier one with a lost answer.
            Err(GatewayError::NotDone(_) | GatewayError::Misconfigured(_)) if self.was_lost => {
                Next::Again(waiting)
            }
            Err(GatewayError::NotDone(_)) if payment.state == PaymentState::Pending && asked >= GIVE_UP => {
                Next::Failed(PaymentFailure::NetworkError { retryable: true })
            }
            Err(GatewayError::Misconfigured(why)) if payment.state == PaymentState::Pending => {
                Next::Failed(PaymentFailure::Refused { message: why.clone() })
            }
            Err(GatewayError::NotDone(_) | GatewayError::Misconfigured(_)) => Next::Again(payment.state),
            Err(GatewayError::Unknown(_)) => Next::Again(waiting),
        }
    }

    fn reference(&self) -> Option<&str> {
        match self.answer.as_ref().ok()? {
            ChargeResult::Succeeded { reference, .. }
            | ChargeResult::ConfirmationRequired { reference, .. }
            | ChargeResult::Processing { reference } => Some(reference),
            ChargeResult::Failed { reference, .. } => reference.as_deref(),
            ChargeResult::Absent => None,
        }
    }

    /// Description for staff.
    fn outcome(&self) -> String {
        match &self.answer {
            Ok(ChargeResult::Succeeded { captured, .. }) => format!("captured {}", orders::words(*captured)),
            Ok(ChargeResult::Failed { failure: PaymentFailure::CardDeclined { reason }, .. }) => {
                format!("declined: {}", reason.as_str())
            }
            Ok(ChargeResult::Failed { failure: PaymentFailure::Refused { message }, .. }) => {
                format!("refused: {message}")
            }
            Ok(ChargeResult::Failed { failure, .. }) => {
                failure.code().as_str().to_lowercase().replace('_', " ")
            }
            Ok(ChargeResult::ConfirmationRequired { .. }) => "to be confirmed by the customer".to_owned(),
            Ok(ChargeResult::Processing { .. }) => "not decided yet".to_owned(),
            Ok(ChargeResult::Absent) => "knows of no such payment".to_owned(),
            Err(error) => error.to_string(),
        }
    }
}

/// Returns true if another charge request could charge twice, because the gateway may have forgotten the
/// key.
fn is_forgotten(payment: &Row, domain: &Domain) -> bool {
    let asked_at = payment.asked_at.unwrap_or(payment.created_at);
    domain.clock.now() >= asked_at.plus_seconds(domain.gateway.remembers() * 9 / 10)
}

/// Returns true if a charge request has left so recently that the gateway may still carry it out.
fn may_still_charge(payment: &Row, now: Timestamp) -> bool {
    payment.last_charge_at.is_some_and(|at| now < at.plus_seconds(MAY_STILL_CHARGE))
}

async fn move_on(
    ctx: &Context,
    tx: &mut Tx,
    exchange: &Exchange,
    order: &Locked,
    next: Next,
) -> Result<(), Failure> {
    let (before, at) = (&exchange.payment, ctx.clock.now());
    let mut after = After {
        state: before.state,
        gateway_reference: exchange.reference(),
        failure: before.failure.as_ref(),
        confirmation_url: None,
        is_surplus: before.is_surplus,
        settle_at: None,
    };
    let asked = u32::try_from(before.attempts + 1).unwrap_or(u32::MAX);
    let mut entry = None;
    match &next {
        Next::Over => {}
        Next::Succeeded => {
            after.state = PaymentState::Succeeded;
            after.failure = None;
            // It had failed, and its order no longer needs it.
            after.is_surplus =
                order.state != OrderState::Placed || sql::has_other(tx, order.id, before.id).await?;
            let paid = if after.is_surplus { order.state } else { OrderState::Paid };
            let told = Entry::new(Action::PAYMENT_SUCCEEDED);
            entry = Some(told.changed("order state", Some(order.state.as_str()), Some(paid.as_str())));
        }
        Next::Failed(failure) => {
            after.state = PaymentState::Failed;
            after.failure = Some(failure);
            entry = Some(Entry::new(action_of(failure)).because(&failure.sentence()));
        }
        Next::Confirm { url } => {
            after.state = PaymentState::ConfirmationRequired;
            after.confirmation_url = Some(url);
            after.settle_at = Some(at + PAUSES.wait(asked).max(LOOK_EVERY));
            if before.state != after.state {
                entry = Some(Entry::new(Action::PAYMENT_CONFIRMATION_REQUIRED));
            }
        }
        Next::Again(state) => {
            after.state = *state;
            after.settle_at = Some(at + PAUSES.wait(asked));
            if before.state != after.state {
                entry = Some(Entry::new(Action::PAYMENT_UNKNOWN));
            }
        }
    }
    let overdue = after.state == PaymentState::ConfirmationRequired
        && before.cancel_asked_at.is_none()
        && at >= before.created_at.plus_seconds(CONFIRM_WITHIN);
    if overdue {
        after.settle_at = Some(at);
    }
    let (state, settle_at, is_surplus) = (after.state, after.settle_at, after.is_surplus);
    let seen = match entry {
        Some(_) => Some(payments::get::by_id(&mut *tx, before.id).await.map_err(retry)?),
        None => None,
    };
    if !sql::update(tx, before, after, at).await? {
        return Err(Failure::Retry("The payment has just changed.".to_owned()));
    }
    let attempt = PaymentAttempt {
        number: before.attempts + 1,
        at: exchange.at,
        asked: exchange.ask.as_str().to_owned(),
        outcome: exchange.outcome(),
        duration_ms: exchange.duration_ms,
    };
    sql::insert_attempt(tx, before.id, &attempt).await?;
    if let Some(entry) = entry {
        let entry = entry
            .on(order.id, &order.reference)
            .changed("payment", None, Some(&before.id.to_string()))
            .changed("payment state", Some(before.state.as_str()), Some(state.as_str()))
            .changed("amount", None, Some(&orders::words(before.amount)));
        let now = payments::get::by_id(&mut *tx, before.id).await.map_err(retry)?;
        events::record_change(ctx, tx, entry, seen.as_ref(), &now).await.map_err(retry)?;
    }
    if state == PaymentState::Succeeded {
        ledger::post(ctx, tx, &before.gateway, ledger::Entry::Capture(before.id), before.amount).await?;
        if is_surplus {
            refunds::refund_surplus(ctx, tx, order, before).await?;
        } else {
            orders::set_money(tx, order.id, before.amount, order.refunded, at).await?;
        }
    }
    if overdue {
        sql::ask_to_cancel(tx, before.id, at).await?;
    }
    let given_up =
        matches!(next, Next::Failed(PaymentFailure::NetworkError { .. } | PaymentFailure::NotConfirmed));
    if given_up && before.charges > 0 {
        for wait in SECOND_LOOKS {
            let job = ProcessPayment::noticed(before.id, None, &order.reference)
                .at(at + wait)
                .caused_by(&ctx.actor);
            jobs::enqueue(tx, &ctx.clock, job).await.map_err(retry)?;
        }
    }
    if let Some(settle_at) = settle_at {
        let job = ProcessPayment::due(before.id, settle_at, &order.reference).caused_by(&ctx.actor);
        jobs::enqueue(tx, &ctx.clock, job).await.map_err(retry)?;
    }
    Ok(())
}

fn retry(error: impl std::fmt::Display) -> Failure {
    Failure::Retry(error.to_string())
}

/// Each failure has its own audit action.
const fn action_of(failure: &PaymentFailure) -> Action {
    match failure {
        PaymentFailure::CardDeclined { .. } => Action::PAYMENT_DECLINED,
        PaymentFailure::InsufficientFunds { .. } => Action::PAYMENT_INSUFFICIENT_FUNDS,
        PaymentFailure::NetworkError { .. } => Action::PAYMENT_NETWORK_ERROR,
        PaymentFailure::MethodInvalid => Action::PAYMENT_METHOD_INVALID,
        PaymentFailure::Refused { .. } => Action::PAYMENT_REFUSED,
        PaymentFailure::NotConfirmed => Action::PAYMENT_NOT_CONFIRMED,
    }
}

//! Requests a refund.

use frontdesk_model::{
    Money, Permission, RefundId,
    audit::Action,
    form::Form,
    payments::PaymentState,
    refunds::{Refund, RefundState, RequestRefund},
};
use payments::Row;

use super::{
    Error, ProcessRefund, get,
    sql::{self, NewRefund},
};
use crate::{
    Context,
    audit::Entry,
    db::Tx,
    events,
    jobs::{self, Failure},
    orders::{self, Locked},
    payments::{require_gateway, sql as payments},
};

/// Requests a refund and enqueues it; a larger one waits for a second person's approval.
///
/// # Errors
/// [`Error::Denied`] without `refunds:create`; [`Error::NoSuchPayment`]; [`Error::Invalid`];
/// [`Error::WrongState`] if the payment has not succeeded; [`Error::PaymentsOff`];
/// [`Error::RefundExceeds`].
#[tracing::instrument(name = "payments.request_refund", skip_all)]
pub async fn request(ctx: &Context, form: RequestRefund) -> Result<Refund, Error> {
    let mut tx = ctx.begin();
    let refund = request_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(refund)
}

/// As [`request()`], in the caller's transaction.
///
/// # Errors
/// As [`request()`].
pub async fn request_in(ctx: &Context, tx: &mut Tx, form: RequestRefund) -> Result<Refund, Error> {
    ctx.actor.require(Permission::REFUNDS_CREATE)?;
    form.check().map_err(Error::Invalid)?;
    let seen = payments::by_id(&mut *tx, form.payment_id).await?.ok_or(Error::NoSuchPayment)?;
    let order = orders::lock(tx, seen.order).await?.ok_or(Error::NoSuchPayment)?;
    let payment = payments::by_id(&mut *tx, form.payment_id).await?.ok_or(Error::NoSuchPayment)?;
    if payment.state != PaymentState::Succeeded {
        return Err(Error::WrongState("Only a payment that has succeeded can be refunded."));
    }
    require_gateway(ctx)?;
    let amount = amount_of(&form, &payment)?;
    // The total of the payment's refunds, since otherwise many small refunds would avoid the approval.
    let together = payment.reserved.plus(amount).ok_or(Error::RefundExceeds)?;
    let needs_approval = ctx.approval_above.is_below(together);
    let state = if needs_approval { RefundState::AwaitingApproval } else { RefundState::Pending };
    let requested = Requested { order: &order, payment: &payment, amount, state, reason: form.reason.trim() };
    let id = requested.write(ctx, tx).await?;
    get::by_id(tx, id).await
}

fn amount_of(form: &RequestRefund, payment: &Row) -> Result<Money, Error> {
    let wrong = |code: &str, message: &str| {
        let problem = frontdesk_model::Problem::new(frontdesk_model::Code::ValidationError);
        Error::Invalid(problem.fault("amount", code, message))
    };
    let Some(said) = &form.amount else {
        let left = payment.amount.minus(payment.reserved).filter(|left| left.is_positive());
        return left.ok_or(Error::RefundExceeds);
    };
    let amount = said.of(payment.amount.currency);
    let amount = amount.map_err(|fault| wrong(fault.code(), &fault.to_string()))?;
    if amount.is_positive() { Ok(amount) } else { Err(wrong("positive", "A refund is more than nothing")) }
}

/// A refund that may be made.
struct Requested<'a> {
    order: &'a Locked,
    payment: &'a Row,
    amount: Money,
    state: RefundState,
    reason: &'a str,
}

impl Requested<'_> {
    /// Reserves the amount and inserts the refund, the event and, unless it needs approval, the job.
    async fn write(self, ctx: &Context, tx: &mut Tx) -> Result<RefundId, Error> {
        let Self { order, payment, amount, state, reason } = self;
        let at = ctx.clock.now();
        let id = RefundId(ctx.clock.id_at(at));
        if !payments::reserve(tx, payment.id, amount).await? {
            return Err(Error::RefundExceeds);
        }
        let settle_at = state.is_open().then_some(at);
        let (payment, actor) = (payment.id, &ctx.actor);
        let new = NewRefund { id, payment, order: order.id, state, amount, reason, actor, settle_at, at };
        sql::insert(tx, new).await?;
        let entry = Entry::new(Action::REFUND_REQUESTED)
            .on(order.id, &order.reference)
            .because(reason)
            .changed("refund", None, Some(&id.to_string()))
            .changed("amount", None, Some(&orders::words(amount)))
            .changed("refund state", None, Some(state.as_str()));
        let refund = get::by_id(&mut *tx, id).await?;
        events::record_change(ctx, tx, entry, None, &refund).await?;
        if let Some(settle_at) = settle_at {
            let job = ProcessRefund::due(id, settle_at, &order.reference).caused_by(&ctx.actor);
            jobs::enqueue(tx, &ctx.clock, job).await?;
        }
        Ok(id)
    }
}

/// Refunds a surplus payment. It needs no approval: the money was never ours.
pub(crate) async fn refund_surplus(
    ctx: &Context,
    tx: &mut Tx,
    order: &Locked,
    payment: &Row,
) -> Result<(), Failure> {
    let reason = "This payment turned up after its order was paid or cancelled.";
    let requested = Requested { order, payment, amount: payment.amount, state: RefundState::Pending, reason };
    let written = requested.write(ctx, tx).await;
    written.map(drop).map_err(|error| Failure::Retry(error.to_string()))
}

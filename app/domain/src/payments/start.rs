//! Starts the payment of an order.

use frontdesk_model::{
    PaymentId,
    audit::Action,
    form::Form,
    orders::OrderState,
    payments::{PayOrder, Payment},
};

use super::{
    Error, ProcessPayment, allowed_for_oneself, get, may_pay, require_gateway,
    sql::{self, NewPayment},
};
use crate::{Context, audit::Entry, db::Tx, events, jobs, orders};

/// Inserts the payment of an order, in full, with the job that charges it: for the customer their own
/// order, for others with `payments:create`.
///
/// # Errors
/// [`Error::Denied`] for anonymous actors, and for a token without the permission;
/// [`Error::NoSuchOrder`], also if the actor may not pay it; [`Error::Invalid`]; [`Error::OrderPaid`];
/// [`Error::WrongState`] if it is cancelled; [`Error::PaymentsOff`].
#[tracing::instrument(name = "payments.start", skip_all)]
pub async fn start(ctx: &Context, form: PayOrder) -> Result<Payment, Error> {
    let mut tx = ctx.begin();
    let payment = start_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(payment)
}

/// As [`start()`], in the caller's transaction.
///
/// # Errors
/// As [`start()`].
pub async fn start_in(ctx: &Context, tx: &mut Tx, form: PayOrder) -> Result<Payment, Error> {
    allowed_for_oneself(&ctx.actor)?;
    form.check().map_err(Error::Invalid)?;
    let at = ctx.clock.now();
    let id = PaymentId(ctx.clock.id_at(at));
    let order = orders::lock(tx, form.order_id).await?.ok_or(Error::NoSuchOrder)?;
    if !may_pay(&ctx.actor, order.customer, ("order", order.id.0)) {
        return Err(Error::NoSuchOrder);
    }
    match order.state {
        OrderState::Placed => {}
        OrderState::Cancelled => return Err(Error::WrongState("This order is cancelled.")),
        OrderState::Paid | OrderState::PartlyRefunded | OrderState::Refunded => return Err(Error::OrderPaid),
    }
    require_gateway(ctx)?;
    let gateway = ctx.gateway.name();
    let new = NewPayment { id, order: order.id, amount: order.total, method: &form.method, gateway, at };
    if !sql::insert(tx, new).await? {
        return Err(Error::OrderPaid);
    }
    let entry = Entry::new(Action::PAYMENT_STARTED)
        .on(order.id, &order.reference)
        .changed("payment", None, Some(&id.to_string()))
        .changed("amount", None, Some(&orders::words(order.total)));
    let payment = get::by_id(&mut *tx, id).await?;
    events::record_change(ctx, tx, entry, None, &payment).await?;
    let job = ProcessPayment::due(id, at, &order.reference).caused_by(&ctx.actor);
    jobs::enqueue(tx, &ctx.clock, job).await?;
    Ok(get::shown_to(&ctx.actor, payment))
}

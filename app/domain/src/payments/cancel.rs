//! Cancels a payment that awaits confirmation.

use frontdesk_model::{
    audit::Action,
    payments::{OnePayment, Payment, PaymentState},
};

use super::{Error, ProcessPayment, allowed_for_oneself, get, may_pay, require_gateway, sql};
use crate::{Context, audit::Entry, db::Tx, events, jobs, orders};

/// Makes the gateway cancel a payment that waits for its customer's confirmation, so that they can pay
/// another way. If they confirmed first, it has succeeded.
///
/// # Errors
/// As [`super::start()`]; [`Error::NoSuchPayment`]; [`Error::WrongState`] if it does not wait for confirmation.
#[tracing::instrument(name = "payments.cancel", skip_all)]
pub async fn cancel(ctx: &Context, form: OnePayment) -> Result<Payment, Error> {
    let mut tx = ctx.begin();
    let payment = cancel_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(payment)
}

/// As [`cancel()`], in the caller's transaction.
///
/// # Errors
/// As [`cancel()`].
pub async fn cancel_in(ctx: &Context, tx: &mut Tx, form: OnePayment) -> Result<Payment, Error> {
    allowed_for_oneself(&ctx.actor)?;
    let at = ctx.clock.now();
    let seen = sql::by_id(&mut *tx, form.id).await?.ok_or(Error::NoSuchPayment)?;
    let order = orders::lock(tx, seen.order).await?.ok_or(Error::NoSuchPayment)?;
    if !may_pay(&ctx.actor, order.customer, ("payment", seen.id.0)) {
        return Err(Error::NoSuchPayment);
    }
    let payment = sql::by_id(&mut *tx, form.id).await?.ok_or(Error::NoSuchPayment)?;
    ctx.require_version(payment.version)?;
    if payment.state != PaymentState::ConfirmationRequired {
        return Err(Error::WrongState("Only a payment that waits to be confirmed can be called off."));
    }
    if payment.cancel_asked_at.is_some() {
        return Err(Error::WrongState("It is being called off already."));
    }
    require_gateway(ctx)?;
    let before = get::by_id(&mut *tx, payment.id).await?;
    sql::ask_to_cancel(tx, payment.id, at).await?;
    let after = get::by_id(&mut *tx, payment.id).await?;
    let entry = Entry::new(Action::PAYMENT_CANCELLED).on(order.id, &order.reference).changed(
        "payment",
        None,
        Some(&payment.id.to_string()),
    );
    events::record_change(ctx, tx, entry, Some(&before), &after).await?;
    let job = ProcessPayment::due(payment.id, at, &order.reference).caused_by(&ctx.actor);
    jobs::enqueue(tx, &ctx.clock, job).await?;
    Ok(get::shown_to(&ctx.actor, after))
}

//! Reads one payment.

use frontdesk_model::{
    PaymentFailure, PaymentId, Permission,
    audit::Action,
    payments::{Payment, PaymentSummary},
};

use super::{Error, sql};
use crate::{Context, actor::Actor, audit, db::Read, orders};

/// Reads a payment: of one's own order, one that the actor started and may still start, or any with
/// `orders:read`. Its exchanges with the gateway are visible only with that permission.
///
/// # Errors
/// [`Error::NoSuchPayment`], also if the actor may not see it; [`Error::Denied`] for anonymous actors.
#[tracing::instrument(name = "payments.get", skip_all)]
pub async fn get(ctx: &Context, id: PaymentId) -> Result<Payment, Error> {
    let (may_start, may_read) =
        (ctx.actor.may(Permission::PAYMENTS_CREATE), ctx.actor.may(Permission::ORDERS_READ));
    if ctx.actor.user().is_none() && !may_start {
        ctx.actor.require(Permission::ORDERS_READ)?;
    }
    let payment = by_id(&ctx.db, id).await?;
    let order = payment.summary.order.id;
    if may_start && !may_read && audit::is_maker(ctx, Action::PAYMENT_STARTED, order, Some(id.0)).await? {
        return Ok(shown_to(&ctx.actor, payment));
    }
    if !orders::may_see(&ctx.actor, payment.summary.customer.id, ("payment", id.0)) {
        return Err(Error::NoSuchPayment);
    }
    Ok(shown_to(&ctx.actor, payment))
}

/// Removes the exchanges with the gateway for actors without `orders:read`.
pub(crate) fn shown_to(actor: &Actor, payment: Payment) -> Payment {
    if actor.may(Permission::ORDERS_READ) {
        return payment;
    }
    Payment { summary: for_customer(payment.summary), attempts: Vec::new(), ..payment }
}

pub(crate) fn for_customer(summary: PaymentSummary) -> PaymentSummary {
    PaymentSummary { failure: summary.failure.map(PaymentFailure::for_customer), ..summary }
}

pub(crate) async fn by_id(from: impl Read, id: PaymentId) -> Result<Payment, Error> {
    sql::read(from, id).await?.ok_or(Error::NoSuchPayment)
}

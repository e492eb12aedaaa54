//! Reads one payment.

use frontdesk_model::{
    PaymentFailure, PaymentId, Permission,
    payments::{Payment, PaymentSummary},
};

use super::{Error, sql};
use crate::{Context, actor::Actor, db::Read, orders};

/// Reads a payment: of one's own order, or any with `orders:read`. Its exchanges with the gateway are
/// visible only with the permission.
///
/// # Errors
/// [`Error::NoSuchPayment`], also if the actor may not see it; [`Error::Denied`] for anonymous actors.
#[tracing::instrument(name = "payments.get", skip_all)]
pub async fn get(ctx: &Context, id: PaymentId) -> Result<Payment, Error> {
    if ctx.actor.user().is_none() {
        ctx.actor.require(Permission::ORDERS_READ)?;
    }
    let payment = by_id(&ctx.db, id).await?;
    if !orders::may_see(&ctx.actor, payment.summary.customer.id) {
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

//! Reads one payment.

use frontdesk_model::{
    PaymentFailure, PaymentId, Permission,
    payment::{Payment, PaymentSummary},
};

use super::{Error, sql};
use crate::{Domain, actor::Actor, orders};

/// Reads a payment: of one's own order, or any with `orders:read`. Its exchanges with the gateway are
/// visible only with the permission.
///
/// # Errors
/// [`Error::NoSuchPayment`], also if the actor may not see it; [`Error::Denied`] for anonymous actors.
#[tracing::instrument(name = "payments.get", skip_all)]
pub async fn get(domain: &Domain, actor: &Actor, id: PaymentId) -> Result<Payment, Error> {
    if actor.user().is_none() {
        actor.require(Permission::OrdersRead)?;
    }
    let payment = by_id(domain, id).await?;
    if !orders::may_see(actor, payment.summary.customer.id) {
        return Err(Error::NoSuchPayment);
    }
    Ok(shown_to(actor, payment))
}

/// Removes the exchanges with the gateway for actors without `orders:read`.
pub(crate) fn shown_to(actor: &Actor, payment: Payment) -> Payment {
    if actor.may(Permission::OrdersRead) {
        return payment;
    }
    Payment { summary: for_customer(payment.summary), attempts: Vec::new(), ..payment }
}

pub(crate) fn for_customer(summary: PaymentSummary) -> PaymentSummary {
    PaymentSummary { failure: summary.failure.map(PaymentFailure::for_customer), ..summary }
}

pub(crate) async fn by_id(domain: &Domain, id: PaymentId) -> Result<Payment, Error> {
    sql::read(&domain.db, id).await?.ok_or(Error::NoSuchPayment)
}

//! Cancels a payment that awaits confirmation.

use frontdesk_model::{
    Permission,
    audit::Action,
    forms::OnePayment,
    payment::{Payment, PaymentState},
};

use super::{Error, ProcessPayment, allowed_for_oneself, get, sql};
use crate::{Domain, actor::Actor, audit::Entry, events, jobs, orders};

/// Makes the gateway cancel a payment that waits for its customer's confirmation, so that they can pay
/// another way. If they confirmed first, it has succeeded.
///
/// # Errors
/// As [`super::start()`]; [`Error::NoSuchPayment`]; [`Error::WrongState`] if it does not wait for confirmation.
#[tracing::instrument(name = "payments.cancel", skip_all)]
pub async fn cancel(domain: &Domain, actor: &Actor, form: OnePayment) -> Result<Payment, Error> {
    allowed_for_oneself(actor)?;
    let at = domain.clock.now();
    let mut tx = domain.begin(actor).await?;
    let seen = sql::by_id_now(&mut tx, form.id).await?.ok_or(Error::NoSuchPayment)?;
    let order = orders::lock(&mut tx, seen.order).await?.ok_or(Error::NoSuchPayment)?;
    if actor.user() != Some(order.customer) && !actor.may(Permission::PaymentsCreate) {
        return Err(Error::NoSuchPayment);
    }
    let payment = sql::by_id_now(&mut tx, form.id).await?.ok_or(Error::NoSuchPayment)?;
    if payment.state != PaymentState::ConfirmationRequired {
        return Err(Error::WrongState("Only a payment that waits to be confirmed can be called off."));
    }
    if payment.cancel_asked_at.is_some() {
        return Err(Error::WrongState("It is being called off already."));
    }
    sql::ask_to_cancel(&mut tx, payment.id, at).await?;
    let entry = Entry::new(Action::PaymentCancelled).on(order.id, &order.reference).changed(
        "payment",
        None,
        Some(&payment.id.to_string()),
    );
    events::record(&mut tx, domain, actor, entry).await?;
    let job = ProcessPayment::due(payment.id, at, &order.reference).caused_by(actor);
    jobs::enqueue(&mut tx, &domain.clock, job).await?;
    tx.commit().await?;
    Ok(get::shown_to(actor, get::by_id(domain, form.id).await?))
}

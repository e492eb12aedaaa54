//! Paying an order, and calling a payment off.

use frontdesk_model::{
    PaymentId, Permission,
    audit::Action,
    forms::{Form, OnePayment, PayOrder},
    order::OrderState,
    payment::{Payment, PaymentState},
};

use super::{
    Error, SettlePayment, lists,
    store::{self, NewPayment},
};
use crate::{Domain, actor::Actor, audit::Entry, events, jobs, orders};

/// Writes down that an order is to be charged, all of it, and has it done: the customer their own
/// order, and others with `payments:create`.
///
/// # Errors
/// [`Error::Denied`] for who is nobody, and for a token without the permission;
/// [`Error::NoSuchOrder`], also for who may not pay it; [`Error::Invalid`]; [`Error::OrderPaid`];
/// [`Error::WrongState`] if it is cancelled.
#[tracing::instrument(name = "payments.pay", skip_all)]
pub async fn pay(domain: &Domain, actor: &Actor, form: PayOrder) -> Result<Payment, Error> {
    allowed_for_oneself(actor)?;
    form.check().map_err(Error::Invalid)?;
    let at = domain.clock.now();
    let id = PaymentId(domain.clock.id_at(at));
    let mut tx = domain.begin(actor).await?;
    let order = orders::lock(&mut tx, form.order_id).await?.ok_or(Error::NoSuchOrder)?;
    if actor.user() != Some(order.customer) && !actor.may(Permission::PaymentsCreate) {
        return Err(Error::NoSuchOrder);
    }
    match order.state {
        OrderState::Placed => {}
        OrderState::Cancelled => return Err(Error::WrongState("This order is cancelled.")),
        OrderState::Paid | OrderState::PartlyRefunded | OrderState::Refunded => return Err(Error::OrderPaid),
    }
    let gateway = domain.gateway.name();
    let new = NewPayment { id, order: order.id, amount: order.total, method: &form.method, gateway, at };
    if !store::insert(&mut tx, new).await? {
        return Err(Error::OrderPaid);
    }
    let entry = Entry::new(Action::PaymentStarted)
        .on(order.id, &order.reference)
        .changed("payment", None, Some(&id.to_string()))
        .changed("amount", None, Some(&orders::words(order.total)));
    events::record(&mut tx, domain, actor, entry).await?;
    let job = SettlePayment::due(id, at, &order.reference).caused_by(actor);
    jobs::enqueue(&mut tx, &domain.clock, job).await?;
    tx.commit().await?;
    Ok(lists::shown_to(actor, lists::by_id(domain, id).await?))
}

/// Has the gateway end a payment that waits for its customer to confirm it, so that they can pay
/// another way. If they were faster, it has succeeded.
///
/// # Errors
/// As [`pay`]; [`Error::NoSuchPayment`]; [`Error::WrongState`] if there is nothing to confirm.
#[tracing::instrument(name = "payments.cancel", skip_all)]
pub async fn cancel(domain: &Domain, actor: &Actor, form: OnePayment) -> Result<Payment, Error> {
    allowed_for_oneself(actor)?;
    let at = domain.clock.now();
    let mut tx = domain.begin(actor).await?;
    let seen = store::by_id_now(&mut tx, form.id).await?.ok_or(Error::NoSuchPayment)?;
    let order = orders::lock(&mut tx, seen.order).await?.ok_or(Error::NoSuchPayment)?;
    if actor.user() != Some(order.customer) && !actor.may(Permission::PaymentsCreate) {
        return Err(Error::NoSuchPayment);
    }
    let payment = store::by_id_now(&mut tx, form.id).await?.ok_or(Error::NoSuchPayment)?;
    if payment.state != PaymentState::ConfirmationRequired {
        return Err(Error::WrongState("Only a payment that waits to be confirmed can be called off."));
    }
    if payment.cancel_asked_at.is_some() {
        return Err(Error::WrongState("It is being called off already."));
    }
    store::ask_to_cancel(&mut tx, payment.id, at).await?;
    let entry = Entry::new(Action::PaymentCancelled).on(order.id, &order.reference).changed(
        "payment",
        None,
        Some(&payment.id.to_string()),
    );
    events::record(&mut tx, domain, actor, entry).await?;
    let job = SettlePayment::due(payment.id, at, &order.reference).caused_by(actor);
    jobs::enqueue(&mut tx, &domain.clock, job).await?;
    tx.commit().await?;
    Ok(lists::shown_to(actor, lists::by_id(domain, form.id).await?))
}

/// People may pay what is theirs; a token only with the permission, so that one without any only
/// reads.
fn allowed_for_oneself(actor: &Actor) -> Result<(), Error> {
    actor.require_through_token(Permission::PaymentsCreate)?;
    if actor.user().is_none() {
        actor.require(Permission::PaymentsCreate)?;
    }
    Ok(())
}

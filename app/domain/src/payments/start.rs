//! Starts the payment of an order.

use frontdesk_model::{
    PaymentId, Permission,
    audit::Action,
    forms::{Form, PayOrder},
    order::OrderState,
    payment::Payment,
};

use super::{
    Error, ProcessPayment, allowed_for_oneself, get,
    sql::{self, NewPayment},
};
use crate::{Domain, actor::Actor, audit::Entry, events, jobs, orders};

/// Inserts the payment of an order, in full, with the job that charges it: for the customer their own
/// order, for others with `payments:create`.
///
/// # Errors
/// [`Error::Denied`] for anonymous actors, and for a token without the permission;
/// [`Error::NoSuchOrder`], also if the actor may not pay it; [`Error::Invalid`]; [`Error::OrderPaid`];
/// [`Error::WrongState`] if it is cancelled.
#[tracing::instrument(name = "payments.start", skip_all)]
pub async fn start(domain: &Domain, actor: &Actor, form: PayOrder) -> Result<Payment, Error> {
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
    if !sql::insert(&mut tx, new).await? {
        return Err(Error::OrderPaid);
    }
    let entry = Entry::new(Action::PaymentStarted)
        .on(order.id, &order.reference)
        .changed("payment", None, Some(&id.to_string()))
        .changed("amount", None, Some(&orders::words(order.total)));
    events::record(&mut tx, domain, actor, entry).await?;
    let job = ProcessPayment::due(id, at, &order.reference).caused_by(actor);
    jobs::enqueue(&mut tx, &domain.clock, job).await?;
    tx.commit().await?;
    Ok(get::shown_to(actor, get::by_id(domain, id).await?))
}

//! Cancels an unpaid order.

use frontdesk_model::{
    Permission,
    audit::Action,
    forms::{CancelOrder, Form},
    order::{Order, OrderState},
};

use super::{Error, sql};
use crate::{Domain, actor::Actor, audit::Entry, events};

/// Cancels an unpaid order.
///
/// # Errors
/// [`Error::Denied`] without `orders:cancel`; [`Error::NoSuchOrder`]; [`Error::Invalid`];
/// [`Error::WrongState`] if it is paid, or a payment is in progress.
#[tracing::instrument(name = "orders.cancel", skip_all)]
pub async fn cancel(domain: &Domain, actor: &Actor, form: CancelOrder) -> Result<Order, Error> {
    actor.require(Permission::OrdersCancel)?;
    form.check().map_err(Error::Invalid)?;
    let at = domain.clock.now();
    let mut tx = domain.begin(actor).await?;
    let order = sql::lock(&mut tx, form.id).await?.ok_or(Error::NoSuchOrder)?;
    if !order.state.may_become(OrderState::Cancelled) {
        return Err(Error::WrongState("Only an order that is not paid can be cancelled. Refund it instead."));
    }
    if sql::has_payment(&mut tx, form.id).await? {
        return Err(Error::WrongState(
            "A payment is under way. Wait until it is decided, or call it off first.",
        ));
    }
    sql::cancel(&mut tx, form.id, at).await?;
    let entry = Entry::new(Action::OrderCancelled)
        .on(form.id, &order.reference)
        .because(&form.reason)
        .changed("state", Some(order.state.as_str()), Some(OrderState::Cancelled.as_str()));
    events::record(&mut tx, domain, actor, entry).await?;
    tx.commit().await?;
    Ok(super::get::shown_to(actor, super::get::by_id(domain, form.id).await?))
}

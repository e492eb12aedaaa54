//! Reads one order.

use frontdesk_model::{OrderId, Permission, UserId, order::Order};

use super::{Error, sql};
use crate::{Domain, actor::Actor};

/// Reads an order: one's own, or any with `orders:read`. Its note is visible only with the permission.
///
/// # Errors
/// [`Error::NoSuchOrder`], also if the actor may not see it; [`Error::Denied`] for anonymous actors.
#[tracing::instrument(name = "orders.get", skip_all)]
pub async fn get(domain: &Domain, actor: &Actor, id: OrderId) -> Result<Order, Error> {
    if actor.user().is_none() {
        actor.require(Permission::OrdersRead)?;
    }
    let order = by_id(domain, id).await?;
    if !may_see(actor, order.summary.customer.id) {
        return Err(Error::NoSuchOrder);
    }
    Ok(shown_to(actor, order))
}

/// Removes the note for actors without `orders:read`.
pub(super) fn shown_to(actor: &Actor, order: Order) -> Order {
    let is_staff = actor.may(Permission::OrdersRead);
    Order { note: order.note.filter(|_| is_staff), ..order }
}

/// Returns true if the actor may see objects of this customer.
pub(crate) fn may_see(actor: &Actor, customer: UserId) -> bool {
    actor.user() == Some(customer) || actor.may(Permission::OrdersRead)
}

pub(super) async fn by_id(domain: &Domain, id: OrderId) -> Result<Order, Error> {
    sql::read(&domain.db, id).await?.ok_or(Error::NoSuchOrder)
}

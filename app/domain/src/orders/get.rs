//! Reads one order.

use frontdesk_model::{OrderId, Permission, UserId, orders::Order};

use super::{Error, sql};
use crate::{Context, actor::Actor, db::Read};

/// Reads an order: one's own, or any with `orders:read`. Its note is visible only with the permission.
///
/// # Errors
/// [`Error::NoSuchOrder`], also if the actor may not see it; [`Error::Denied`] for anonymous actors.
#[tracing::instrument(name = "orders.get", skip_all)]
pub async fn get(ctx: &Context, id: OrderId) -> Result<Order, Error> {
    if ctx.actor.user().is_none() {
        ctx.actor.require(Permission::ORDERS_READ)?;
    }
    let order = by_id(&ctx.db, id).await?;
    if !may_see(&ctx.actor, order.summary.customer.id) {
        return Err(Error::NoSuchOrder);
    }
    Ok(shown_to(&ctx.actor, order))
}

/// Removes the note for actors without `orders:read`.
pub(super) fn shown_to(actor: &Actor, order: Order) -> Order {
    let is_staff = actor.may(Permission::ORDERS_READ);
    Order { note: order.note.filter(|_| is_staff), ..order }
}

/// Returns true if the actor may see objects of this customer.
pub(crate) fn may_see(actor: &Actor, customer: UserId) -> bool {
    actor.user() == Some(customer) || actor.may(Permission::ORDERS_READ)
}

pub(super) async fn by_id(from: impl Read, id: OrderId) -> Result<Order, Error> {
    sql::read(from, id).await?.ok_or(Error::NoSuchOrder)
}

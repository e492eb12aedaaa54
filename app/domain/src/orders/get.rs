//! Reads one order.

use frontdesk_model::{OrderId, Permission, UserId, audit::Action, orders::Order};
use uuid::Uuid;

use super::{Error, sql};
use crate::{Context, actor::Actor, audit, db::Read};

/// Reads an order: one's own, one that the actor placed and may still place, or any with `orders:read`. Its note
/// is visible only with that permission.
///
/// # Errors
/// [`Error::NoSuchOrder`], also if the actor may not see it; [`Error::Denied`] for anonymous actors.
#[tracing::instrument(name = "orders.get", skip_all)]
pub async fn get(ctx: &Context, id: OrderId) -> Result<Order, Error> {
    let has_placed = has_placed(ctx, id).await?;
    if ctx.actor.user().is_none() && !has_placed {
        ctx.actor.require(Permission::ORDERS_READ)?;
    }
    let order = by_id(&ctx.db, id).await?;
    if !has_placed && !may_see(&ctx.actor, order.summary.customer.id, ("order", id.0)) {
        return Err(Error::NoSuchOrder);
    }
    Ok(shown_to(&ctx.actor, order))
}

/// Returns true if the actor needs no other permission to see an order than the one to place it.
async fn has_placed(ctx: &Context, id: OrderId) -> Result<bool, Error> {
    let only_places = ctx.actor.may(Permission::ORDERS_CREATE) && !ctx.actor.may(Permission::ORDERS_READ);
    Ok(only_places && audit::is_maker(ctx, Action::ORDER_PLACED, id, None).await?)
}

/// Removes the note for actors without `orders:read`.
pub(super) fn shown_to(actor: &Actor, order: Order) -> Order {
    let is_staff = actor.may(Permission::ORDERS_READ);
    Order { note: order.note.filter(|_| is_staff), ..order }
}

/// Returns true if the actor may see this object of the customer. A refusal is logged.
pub(crate) fn may_see(actor: &Actor, customer: UserId, object: (&'static str, Uuid)) -> bool {
    let may = actor.user() == Some(customer) || actor.may(Permission::ORDERS_READ);
    if !may {
        actor.log_refusal(Permission::ORDERS_READ.as_str(), object);
    }
    may
}

pub(super) async fn by_id(from: impl Read, id: OrderId) -> Result<Order, Error> {
    sql::read(from, id).await?.ok_or(Error::NoSuchOrder)
}

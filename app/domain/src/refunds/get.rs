//! Reads one refund.

use frontdesk_model::{Permission, RefundId, audit::Action, refunds::Refund};

use super::{Error, sql};
use crate::{Context, audit, db::Read};

/// Reads a refund: one that the actor requested and may still request, or any with `orders:read`.
///
/// # Errors
/// [`Error::Denied`] without any of these permissions; [`Error::NoSuchRefund`], also if the actor may not see it.
#[tracing::instrument(name = "payments.get_refund", skip_all)]
pub async fn get(ctx: &Context, id: RefundId) -> Result<Refund, Error> {
    if ctx.actor.may(Permission::ORDERS_READ) || !ctx.actor.may(Permission::REFUNDS_CREATE) {
        ctx.actor.require(Permission::ORDERS_READ)?;
        return by_id(&ctx.db, id).await;
    }
    let refund = by_id(&ctx.db, id).await?;
    let is_maker = audit::is_maker(ctx, Action::REFUND_REQUESTED, refund.order.id, Some(id.0)).await?;
    if is_maker { Ok(refund) } else { Err(Error::NoSuchRefund) }
}

pub(super) async fn by_id(from: impl Read, id: RefundId) -> Result<Refund, Error> {
    sql::by_id(from, id).await?.ok_or(Error::NoSuchRefund)
}

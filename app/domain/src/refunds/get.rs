//! Reads one refund.

use frontdesk_model::{Permission, RefundId, refunds::Refund};

use super::{Error, sql};
use crate::{Context, db::Read};

/// Reads a refund.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`; [`Error::NoSuchRefund`].
#[tracing::instrument(name = "payments.get_refund", skip_all)]
pub async fn get(ctx: &Context, id: RefundId) -> Result<Refund, Error> {
    ctx.actor.require(Permission::ORDERS_READ)?;
    by_id(&ctx.db, id).await
}

pub(super) async fn by_id(from: impl Read, id: RefundId) -> Result<Refund, Error> {
    sql::by_id(from, id).await?.ok_or(Error::NoSuchRefund)
}

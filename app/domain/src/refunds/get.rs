//! Reads one refund.

use frontdesk_model::{Permission, RefundId, refund::Refund};

use super::{Error, sql};
use crate::{Domain, actor::Actor};

/// Reads a refund.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`; [`Error::NoSuchRefund`].
#[tracing::instrument(name = "payments.get_refund", skip_all)]
pub async fn get(domain: &Domain, actor: &Actor, id: RefundId) -> Result<Refund, Error> {
    actor.require(Permission::OrdersRead)?;
    by_id(domain, id).await
}

pub(super) async fn by_id(domain: &Domain, id: RefundId) -> Result<Refund, Error> {
    sql::by_id(&domain.db, id).await?.ok_or(Error::NoSuchRefund)
}

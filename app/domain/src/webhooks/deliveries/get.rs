//! Reads one delivery.

use frontdesk_model::{DeliveryId, Permission, webhooks::Delivery};

use super::sql;
use crate::{Context, webhooks::Error};

/// Reads a delivery, with its payload and latest attempts.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::NoSuchDelivery`], also once its webhook is
/// removed.
#[tracing::instrument(name = "webhooks.delivery", skip_all)]
pub async fn delivery(ctx: &Context, id: DeliveryId) -> Result<Delivery, Error> {
    ctx.actor.require(Permission::WEBHOOKS_READ)?;
    let (summary, (body, _)) = sql::delivery(&ctx.db, id).await?.ok_or(Error::NoSuchDelivery)?;
    let tries = sql::tries(&ctx.db, id).await?;
    Ok(Delivery { summary, body, tries })
}

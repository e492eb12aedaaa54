//! Reads one delivery.

use frontdesk_model::{DeliveryId, Permission, webhook::Delivery};

use super::sql;
use crate::{Domain, actor::Actor, webhooks::Error};

/// Reads a delivery, with its payload and latest attempts.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::NoSuchDelivery`], also once its webhook is
/// removed.
#[tracing::instrument(name = "webhooks.delivery", skip_all)]
pub async fn delivery(domain: &Domain, actor: &Actor, id: DeliveryId) -> Result<Delivery, Error> {
    actor.require(Permission::WebhooksRead)?;
    let (summary, body) = sql::delivery(&domain.db, id).await?.ok_or(Error::NoSuchDelivery)?;
    let tries = sql::tries(&domain.db, id).await?;
    Ok(Delivery { summary, body, tries })
}

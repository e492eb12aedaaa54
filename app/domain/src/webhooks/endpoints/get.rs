//! Reads one webhook endpoint.

use frontdesk_model::{Permission, Webhook, WebhookId};

use super::sql;
use crate::{Domain, actor::Actor, webhooks::Error};

/// Reads a webhook.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::NoSuchWebhook`].
#[tracing::instrument(name = "webhooks.get", skip_all)]
pub async fn get(domain: &Domain, actor: &Actor, id: WebhookId) -> Result<Webhook, Error> {
    actor.require(Permission::WebhooksRead)?;
    sql::by_id(&domain.db, id, domain.clock.now()).await?.ok_or(Error::NoSuchWebhook)
}

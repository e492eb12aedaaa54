//! Reads one webhook endpoint.

use frontdesk_model::{Permission, Webhook, WebhookId};

use super::sql;
use crate::{Context, webhooks::Error};

/// Reads a webhook.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::NoSuchWebhook`].
#[tracing::instrument(name = "webhooks.get", skip_all)]
pub async fn get(ctx: &Context, id: WebhookId) -> Result<Webhook, Error> {
    ctx.actor.require(Permission::WEBHOOKS_READ)?;
    sql::by_id(&ctx.db, id, ctx.clock.now()).await?.ok_or(Error::NoSuchWebhook)
}

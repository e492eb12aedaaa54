//! Reads one webhook endpoint.

use frontdesk_model::{Permission, Webhook, WebhookId, audit::Action};

use super::sql;
use crate::{Context, audit, webhooks::Error};

/// Reads a webhook: one that the actor created and may still manage, or any with `webhooks:read`.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:read`; [`Error::NoSuchWebhook`].
#[tracing::instrument(name = "webhooks.get", skip_all)]
pub async fn get(ctx: &Context, id: WebhookId) -> Result<Webhook, Error> {
    let only_manages =
        ctx.actor.may(Permission::WEBHOOKS_MANAGE) && !ctx.actor.may(Permission::WEBHOOKS_READ);
    if !only_manages || !audit::is_maker(ctx, Action::WEBHOOK_CREATED, id, None).await? {
        ctx.actor.require(Permission::WEBHOOKS_READ)?;
    }
    sql::by_id(&ctx.db, id, ctx.clock.now()).await?.ok_or(Error::NoSuchWebhook)
}

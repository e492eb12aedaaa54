//! Creates a webhook endpoint.

use frontdesk_model::{
    Permission, Webhook, WebhookId,
    audit::Action,
    form::Form,
    webhooks::{CreateWebhook, MAX_WEBHOOKS},
};

use super::{Created, sql};
use crate::{
    Context, advisory_lock,
    audit::{self, Entry},
    db::Tx,
    webhooks::{Error, signature},
};

/// Creates a webhook. It is enabled, and receives events from now on.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::Invalid`]; [`Error::Address`]; [`Error::Limit`].
#[tracing::instrument(name = "webhooks.create", skip_all)]
pub async fn create(ctx: &Context, form: CreateWebhook) -> Result<Created, Error> {
    let mut tx = ctx.begin();
    let created = create_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(created)
}

/// As [`create()`], in the caller's transaction.
///
/// # Errors
/// As [`create()`].
pub async fn create_in(ctx: &Context, tx: &mut Tx, form: CreateWebhook) -> Result<Created, Error> {
    ctx.actor.require(Permission::WEBHOOKS_MANAGE)?;
    form.check().map_err(Error::Invalid)?;
    let url = form.url.trim().to_owned();
    ctx.webhook_sender.check(&url)?;
    let secret = signature::new_secret()?;
    let at = ctx.clock.now();
    let webhook = Webhook {
        id: WebhookId(ctx.clock.id_at(at)),
        url,
        description: form.description.trim().to_owned(),
        events: form.events,
        payload_version: form.payload_version.unwrap_or_default(),
        enabled: true,
        disabled_reason: String::new(),
        failing_since: None,
        old_secret_until: None,
        version: 1,
        created_at: at,
    };
    // Concurrent requests take turns, so that the count is valid until the commit.
    advisory_lock::acquire(tx, "webhooks").await?;
    if sql::count(tx, MAX_WEBHOOKS).await? >= MAX_WEBHOOKS {
        return Err(Error::Limit);
    }
    sql::insert(tx, &webhook, secret.clone()).await?;
    let entry = Entry::new(Action::WEBHOOK_CREATED)
        .on(webhook.id, webhook.label())
        .changed("host", None, Some(frontdesk_model::webhooks::host(&webhook.url)))
        .changed("events", None, Some(&webhook.events.to_string()));
    audit::append(ctx, tx, entry).await?;
    Ok(Created { webhook, secret: signature::text(&secret) })
}

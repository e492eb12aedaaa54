//! Removes a webhook endpoint.

use frontdesk_model::{Permission, audit::Action, webhooks::OneWebhook};

use super::sql;
use crate::{
    Context,
    audit::{self, Entry},
    db::Tx,
    jobs::{self, Job},
    webhooks::{Error, deliveries::ClearDeliveries},
};

/// Removes a webhook, with its secret and its deliveries. Pending deliveries are not sent.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::NoSuchWebhook`].
#[tracing::instrument(name = "webhooks.remove", skip_all)]
pub async fn remove(ctx: &Context, form: OneWebhook) -> Result<(), Error> {
    let mut tx = ctx.begin();
    remove_in(ctx, &mut tx, form).await?;
    Ok(tx.commit().await?)
}

/// As [`remove()`], in the caller's transaction.
///
/// # Errors
/// As [`remove()`].
pub async fn remove_in(ctx: &Context, tx: &mut Tx, form: OneWebhook) -> Result<(), Error> {
    ctx.actor.require(Permission::WEBHOOKS_MANAGE)?;
    let at = ctx.clock.now();
    let webhook = sql::remove(tx, form.id, at).await?.ok_or(Error::NoSuchWebhook)?;
    ctx.require_version(webhook.version)?;
    let entry = Entry::new(Action::WEBHOOK_REMOVED)
        .on(form.id, webhook.label())
        .changed("host", Some(frontdesk_model::webhooks::host(&webhook.url)), None)
        .changed("events", Some(&webhook.events.to_string()), None);
    audit::append(ctx, tx, entry).await?;
    let clear = Job::new(&ClearDeliveries { webhook: form.id }).caused_by(&ctx.actor);
    jobs::enqueue(tx, &ctx.clock, clear).await?;
    Ok(())
}

//! Rotates the signing secret of a webhook endpoint.

use frontdesk_model::{
    Permission,
    audit::Action,
    webhooks::{OVERLAP_HOURS, OneWebhook},
};

use super::{Created, sql};
use crate::{
    Context,
    audit::{self, Entry},
    db::Tx,
    webhooks::{Error, signature},
};

/// Creates a new secret, which is returned and not shown again. The old one also signs for
/// [`OVERLAP_HOURS`], so that the receiver can switch without losing events.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::NoSuchWebhook`].
#[tracing::instrument(name = "webhooks.rotate_secret", skip_all)]
pub async fn rotate_secret(ctx: &Context, form: OneWebhook) -> Result<Created, Error> {
    let mut tx = ctx.begin();
    let created = rotate_secret_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(created)
}

/// As [`rotate_secret()`], in the caller's transaction.
///
/// # Errors
/// As [`rotate_secret()`].
pub async fn rotate_secret_in(ctx: &Context, tx: &mut Tx, form: OneWebhook) -> Result<Created, Error> {
    ctx.actor.require(Permission::WEBHOOKS_MANAGE)?;
    let secret = signature::new_secret()?;
    let at = ctx.clock.now();
    let until = at.plus_seconds(OVERLAP_HOURS * 3_600);
    let webhook = sql::rotate(tx, form.id, secret.clone(), until, at).await?.ok_or(Error::NoSuchWebhook)?;
    ctx.require_version(webhook.version - 1)?;
    let entry = Entry::new(Action::WEBHOOK_SECRET_ROTATED).on(form.id, webhook.label());
    audit::append(ctx, tx, entry).await?;
    Ok(Created { webhook, secret: signature::text(&secret) })
}

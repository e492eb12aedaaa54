//! Rotates the signing secret of a webhook endpoint.

use frontdesk_model::{Permission, audit::Action, forms::OneWebhook, webhook::OVERLAP_HOURS};

use super::{Created, sql};
use crate::{
    Domain,
    actor::Actor,
    audit::{self, Entry},
    webhooks::{Error, signature},
};

/// Creates a new secret, which is returned and not shown again. The old one also signs for
/// [`OVERLAP_HOURS`], so that the receiver can switch without losing events.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::NoSuchWebhook`].
#[tracing::instrument(name = "webhooks.rotate_secret", skip_all)]
pub async fn rotate_secret(domain: &Domain, actor: &Actor, form: OneWebhook) -> Result<Created, Error> {
    actor.require(Permission::WebhooksManage)?;
    let secret = signature::new_secret()?;
    let at = domain.clock.now();
    let until = at.plus_seconds(OVERLAP_HOURS * 3_600);
    let mut tx = domain.begin(actor).await?;
    let webhook =
        sql::rotate(&mut tx, form.id, secret.clone(), until, at).await?.ok_or(Error::NoSuchWebhook)?;
    let entry = Entry::new(Action::WebhookSecretRotated).on(form.id, webhook.label());
    audit::append(&mut tx, &domain.clock, actor, entry).await?;
    tx.commit().await?;
    Ok(Created { webhook, secret: signature::text(&secret) })
}

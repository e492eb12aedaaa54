//! Removes a webhook endpoint.

use frontdesk_model::{Permission, audit::Action, forms::OneWebhook, webhook};

use super::sql;
use crate::{
    Domain,
    actor::Actor,
    audit::{self, Entry},
    jobs::{self, Job},
    webhooks::{Error, deliveries::ClearDeliveries},
};

/// Removes a webhook, with its secret and its deliveries. Pending deliveries are not sent.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::NoSuchWebhook`].
#[tracing::instrument(name = "webhooks.remove", skip_all)]
pub async fn remove(domain: &Domain, actor: &Actor, form: OneWebhook) -> Result<(), Error> {
    actor.require(Permission::WebhooksManage)?;
    let mut tx = domain.begin(actor).await?;
    let at = domain.clock.now();
    let webhook = sql::remove(&mut tx, form.id, at).await?.ok_or(Error::NoSuchWebhook)?;
    let entry = Entry::new(Action::WebhookRemoved)
        .on(form.id, webhook.label())
        .changed("host", Some(webhook::host(&webhook.url)), None)
        .changed("events", Some(&webhook.events.to_string()), None);
    audit::append(&mut tx, &domain.clock, actor, entry).await?;
    let clear = Job::new(&ClearDeliveries { webhook: form.id }).caused_by(actor);
    jobs::enqueue(&mut tx, &domain.clock, clear).await?;
    Ok(tx.commit().await?)
}

//! Creates a webhook endpoint.

use frontdesk_model::{
    Permission, Webhook, WebhookId,
    audit::Action,
    forms::{CreateWebhook, Form},
    webhook::{self, MAX_WEBHOOKS},
};

use super::{Created, sql};
use crate::{
    Domain,
    actor::Actor,
    advisory_lock,
    audit::{self, Entry},
    webhooks::{Error, signature},
};

/// Creates a webhook. It is enabled, and receives events from now on.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::Invalid`]; [`Error::Address`]; [`Error::Limit`].
#[tracing::instrument(name = "webhooks.create", skip_all)]
pub async fn create(domain: &Domain, actor: &Actor, form: CreateWebhook) -> Result<Created, Error> {
    actor.require(Permission::WebhooksManage)?;
    form.check().map_err(Error::Invalid)?;
    let url = form.url.trim().to_owned();
    domain.webhook_sender.check(&url)?;
    let secret = signature::new_secret()?;
    let at = domain.clock.now();
    let webhook = Webhook {
        id: WebhookId(domain.clock.id_at(at)),
        url,
        description: form.description.trim().to_owned(),
        events: form.events,
        enabled: true,
        disabled_reason: String::new(),
        failing_since: None,
        old_secret_until: None,
        version: 1,
        created_at: at,
    };
    let mut tx = domain.begin(actor).await?;
    // Concurrent requests take turns, so that the count is valid until the commit.
    advisory_lock::acquire(&mut tx, "webhooks").await?;
    if sql::count(&mut tx, MAX_WEBHOOKS).await? >= MAX_WEBHOOKS {
        return Err(Error::Limit);
    }
    sql::insert(&mut tx, &webhook, secret.clone()).await?;
    let entry = Entry::new(Action::WebhookCreated)
        .on(webhook.id, webhook.label())
        .changed("host", None, Some(webhook::host(&webhook.url)))
        .changed("events", None, Some(&webhook.events.to_string()));
    audit::append(&mut tx, &domain.clock, actor, entry).await?;
    tx.commit().await?;
    Ok(Created { webhook, secret: signature::text(&secret) })
}

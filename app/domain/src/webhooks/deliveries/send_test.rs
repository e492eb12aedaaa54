//! Sends a test event to one webhook endpoint.

use frontdesk_model::{DeliveryId, Permission, audit::Action, forms::OneWebhook, webhook::EventType};

use super::must_be_on;
use crate::{
    Domain,
    actor::Actor,
    audit::{self, Entry},
    webhooks::{Error, endpoints, publish::dispatch},
};

/// Sends an event of the type `webhook.test` to one webhook, whatever its subscriptions, on the same path
/// as other events.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::NoSuchWebhook`]; [`Error::WrongState`] if it is
/// disabled.
#[tracing::instrument(name = "webhooks.send_test", skip_all)]
pub async fn send_test(domain: &Domain, actor: &Actor, form: OneWebhook) -> Result<DeliveryId, Error> {
    actor.require(Permission::WebhooksManage)?;
    let mut tx = domain.begin(actor).await?;
    let webhook =
        endpoints::sql::by_id_now(&mut tx, form.id, domain.clock.now()).await?.ok_or(Error::NoSuchWebhook)?;
    must_be_on(&webhook)?;
    let entry = Entry::new(Action::WebhookTest).on(webhook.id, webhook.label());
    let event = audit::append(&mut tx, &domain.clock, actor, entry).await?;
    let id = dispatch(&mut tx, domain, actor, webhook.id, EventType::TEST, &event).await?;
    tx.commit().await?;
    Ok(id)
}

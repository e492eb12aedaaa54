//! Sends a test event to one webhook endpoint.

use frontdesk_model::{
    DeliveryId, Permission,
    audit::Action,
    events::EventBody,
    webhooks::{EventType, OneWebhook},
};

use super::must_be_on;
use crate::{
    Context,
    audit::{self, Entry},
    db::Tx,
    jobs,
    webhooks::{
        Error, endpoints,
        publish::{Bodies, dispatch},
    },
};

/// Sends an event of the type `webhook.test` to one webhook, whatever its subscriptions, on the same path
/// as other events.
///
/// # Errors
/// [`Error::Denied`] without `webhooks:manage`; [`Error::NoSuchWebhook`]; [`Error::WrongState`] if it is
/// disabled.
#[tracing::instrument(name = "webhooks.send_test", skip_all)]
pub async fn send_test(ctx: &Context, form: OneWebhook) -> Result<DeliveryId, Error> {
    let mut tx = ctx.begin();
    let delivery = send_test_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(delivery)
}

/// As [`send_test()`], in the caller's transaction.
///
/// # Errors
/// As [`send_test()`].
pub async fn send_test_in(ctx: &Context, tx: &mut Tx, form: OneWebhook) -> Result<DeliveryId, Error> {
    ctx.actor.require(Permission::WEBHOOKS_MANAGE)?;
    let webhook =
        endpoints::sql::by_id(&mut *tx, form.id, ctx.clock.now()).await?.ok_or(Error::NoSuchWebhook)?;
    ctx.require_version(webhook.version)?;
    must_be_on(&webhook)?;
    let entry = Entry::new(Action::WEBHOOK_TEST).on(webhook.id, webhook.label());
    let event = audit::append(ctx, tx, entry).await?;
    let object = serde_json::to_value(&webhook)
        .map_err(|source| jobs::Error::Payload { kind: EventType::TEST.as_str(), source })?;
    let body = EventBody::of(&event, object, None);
    let bodies = Bodies { event: &event, body: &body };
    Ok(dispatch(ctx, tx, (webhook.id, webhook.payload_version), EventType::TEST, bodies).await?)
}

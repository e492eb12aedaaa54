//! Creates the deliveries of an event.

use frontdesk_model::{
    DeliveryId, WebhookId,
    audit::Event,
    webhooks::{EventType, Payload},
};

use super::{
    deliveries::{self, Deliver},
    endpoints,
};
use crate::{
    Context,
    db::Tx,
    jobs::{self, Job},
};

/// Creates a delivery for every enabled webhook that is subscribed to the event's type, in the
/// transaction of the event. Costs one statement, or none for types that webhooks do not receive.
///
/// # Errors
/// Those of the database.
pub(crate) async fn publish(ctx: &Context, tx: &mut Tx, event: &Event) -> Result<(), jobs::Error> {
    let Some(kind) = EventType::of(event.action) else { return Ok(()) };
    for (webhook, events) in endpoints::sql::listening(tx).await? {
        if events.has(kind) {
            dispatch(ctx, tx, webhook, kind, event).await?;
        }
    }
    Ok(())
}

/// Creates the delivery of an event to one webhook.
///
/// # Errors
/// Those of the database.
pub(super) async fn dispatch(
    ctx: &Context,
    tx: &mut Tx,
    webhook: WebhookId,
    kind: EventType,
    event: &Event,
) -> Result<DeliveryId, jobs::Error> {
    const FIRST_TURN: i64 = 1;
    let body = serde_json::to_string(&Payload::of(kind, event))
        .map_err(|source| jobs::Error::Payload { kind: kind.as_str(), source })?;
    let id = DeliveryId(ctx.clock.id_at(event.at));
    let new = deliveries::sql::NewDelivery {
        id,
        webhook,
        event: event.id,
        kind,
        body,
        turn: FIRST_TURN,
        at: event.at,
    };
    deliveries::sql::insert_delivery(tx, new).await?;
    let job = job(Deliver { delivery: id, turn: FIRST_TURN }, webhook, kind.as_str()).caused_by(&ctx.actor);
    jobs::enqueue(tx, &ctx.clock, job).await?;
    Ok(id)
}

/// The job of an attempt. Each webhook has a lane, so that a slow one delays only its own deliveries.
pub(super) fn job(deliver: Deliver, webhook: WebhookId, kind: &str) -> Job {
    Job::new(&deliver).about(kind).lane(&format!("webhook:{webhook}"))
}

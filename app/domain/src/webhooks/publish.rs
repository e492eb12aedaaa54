//! Creates the deliveries of an event.

use frontdesk_model::{
    DeliveryId, WebhookId,
    audit::Event,
    events::EventBody,
    webhooks::{EventType, Payload, PayloadVersion},
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
/// transaction of the event. Costs one statement.
///
/// # Errors
/// Those of the database.
pub(crate) async fn publish(
    ctx: &Context,
    tx: &mut Tx,
    kind: EventType,
    bodies: Bodies<'_>,
) -> Result<(), jobs::Error> {
    for listening in endpoints::sql::listening(tx).await? {
        if listening.events.has(kind) {
            dispatch(ctx, tx, (listening.webhook, listening.version), kind, bodies).await?;
        }
    }
    Ok(())
}

/// The event of a delivery, and what it becomes in each version.
#[derive(Clone, Copy)]
pub(crate) struct Bodies<'a> {
    pub(crate) event: &'a Event,
    pub(crate) body: &'a EventBody,
}

impl Bodies<'_> {
    fn json(self, version: PayloadVersion, kind: EventType) -> Result<String, jobs::Error> {
        let json = match version {
            PayloadVersion::V1 => serde_json::to_string(&Payload::of(kind, self.event)),
            PayloadVersion::V2 => serde_json::to_string(self.body),
        };
        json.map_err(|source| jobs::Error::Payload { kind: kind.as_str(), source })
    }
}

/// Creates the delivery of an event to one webhook.
///
/// # Errors
/// Those of the database.
pub(crate) async fn dispatch(
    ctx: &Context,
    tx: &mut Tx,
    (webhook, version): (WebhookId, PayloadVersion),
    kind: EventType,
    bodies: Bodies<'_>,
) -> Result<DeliveryId, jobs::Error> {
    const FIRST_TURN: i64 = 1;
    let event = bodies.event;
    let body = bodies.json(version, kind)?;
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

//! Restarts deliveries, for sending them again one by one or in bulk.

use frontdesk_model::{EventId, Webhook, WebhookId};
use uuid::Uuid;

use super::{
    Deliver, must_be_on,
    sql::{self, Restartable},
};
use crate::{
    Context,
    db::Tx,
    jobs,
    webhooks::{Error, endpoints, publish::job},
};

/// Restarts the schedule of a delivery, and enqueues its first attempt. Returns false if the delivery has
/// changed since it was read.
pub(in crate::webhooks) async fn restart(
    ctx: &Context,
    tx: &mut Tx,
    webhook: WebhookId,
    delivery: &Restartable,
) -> Result<bool, jobs::Error> {
    let Some(turn) = sql::restart(tx, delivery.id, delivery.turn, ctx.clock.now()).await? else {
        return Ok(false);
    };
    let job = job(Deliver { delivery: delivery.id, turn }, webhook, &delivery.kind).caused_by(&ctx.actor);
    jobs::enqueue(tx, &ctx.clock, job).await?;
    Ok(true)
}

/// Restarts the first failed deliveries with ids between two bounds, in the order of their events; with a
/// number, only of events above it. Returns the id of the last, or `None` if there are no more.
pub(crate) async fn restart_failed(
    ctx: &Context,
    tx: &mut Tx,
    webhook: WebhookId,
    bounds: (Uuid, Uuid),
    above: Option<i64>,
    at_most: i64,
) -> Result<Option<Uuid>, jobs::Error> {
    let failed = sql::failed(tx, webhook, bounds, above, at_most).await?;
    for delivery in &failed {
        restart(ctx, tx, webhook, delivery).await?;
    }
    Ok(failed.last().map(|delivery| delivery.id.0))
}

/// Restarts the delivery of an event, unless it is in progress. Returns false if the event was never sent to
/// this webhook.
pub(crate) async fn restart_of_event(
    ctx: &Context,
    tx: &mut Tx,
    webhook: WebhookId,
    event: EventId,
) -> Result<bool, jobs::Error> {
    let Some((delivery, next_at)) = sql::of_event(tx, webhook, event).await? else { return Ok(false) };
    if next_at.is_none_or(|at| at > ctx.clock.now()) {
        restart(ctx, tx, webhook, &delivery).await?;
    }
    Ok(true)
}

/// A webhook that events can be sent to.
///
/// # Errors
/// [`Error::NoSuchWebhook`]; [`Error::WrongState`] if it is disabled.
pub(crate) async fn receiver(ctx: &Context, tx: &mut Tx, id: WebhookId) -> Result<Webhook, Error> {
    let webhook = endpoints::sql::by_id(&mut *tx, id, ctx.clock.now()).await?.ok_or(Error::NoSuchWebhook)?;
    must_be_on(&webhook)?;
    Ok(webhook)
}

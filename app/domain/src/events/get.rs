//! Reads one event.

use frontdesk_model::{EventId, Permission, events::FeedEvent};

use super::{Error, number::number_events, sql};
use crate::Context;

/// Reads an event.
///
/// # Errors
/// [`Error::Denied`] without `events:read`; [`Error::NoSuchEvent`], also if it is no longer kept.
#[tracing::instrument(name = "events.get", skip_all)]
pub async fn get(ctx: &Context, id: EventId) -> Result<FeedEvent, Error> {
    ctx.actor.require(Permission::EVENTS_READ)?;
    number_events(ctx).await?;
    sql::by_id(&ctx.db, id).await?.ok_or(Error::NoSuchEvent)
}

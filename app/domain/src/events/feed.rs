//! Reads the feed of events.

use frontdesk_model::{
    Permission,
    events::{EventFeed, EventsQuery},
};

use super::{Error, number::number_events, sql};
use crate::Context;

/// Numbers that one request looks at, so that a rare type does not make it read the whole feed.
const WINDOW: i64 = 1_000;

/// Requires that events after a number are kept, and that the number has been given.
pub(super) fn check_place(after: i64, (before_oldest, last): (i64, i64)) -> Result<(), Error> {
    if after > last {
        return Err(Error::Ahead(last));
    }
    if after < before_oldest { Err(Error::Expired(after)) } else { Ok(()) }
}

/// The events after a number, oldest first.
///
/// # Errors
/// [`Error::Denied`] without `events:read`; [`Error::Expired`] if events after the number were deleted;
/// [`Error::Ahead`] if there is no such number yet.
#[tracing::instrument(name = "events.feed", skip_all)]
pub async fn feed(ctx: &Context, query: &EventsQuery) -> Result<EventFeed, Error> {
    ctx.actor.require(Permission::EVENTS_READ)?;
    let last = number_events(ctx).await?;
    let before_oldest = sql::before_oldest(&ctx.db, last).await?;
    let after = query.after.unwrap_or(before_oldest);
    check_place(after, (before_oldest, last))?;
    let limit = query.limit.unwrap_or_default();
    let until = last.min(after.saturating_add(WINDOW));
    let mut items = sql::between(&ctx.db, (after, until), query.types.as_ref(), limit.probe()).await?;
    let is_cut = items.len() > limit.rows();
    items.truncate(limit.rows());
    let end = items.last().filter(|_| is_cut).map_or(until, |event| event.number);
    Ok(EventFeed { items, next_after: end, has_more: end < last })
}

//! `GET /api/v1/events/{id}`.

use frontdesk_domain::events;
use frontdesk_model::{
    Permission, Problem,
    events::{FeedEvent, OneEvent},
};

use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("events.read", "/events/{id}", read)
        .about("Read an event", "One event of the feed, as long as it is kept.")
        .needs(Permission::EVENTS_READ)
}

async fn read(call: Call, one: OneEvent) -> Result<Item<FeedEvent>, Problem> {
    Ok(Item(events::get(&call, one.id).await?))
}

//! `GET /api/v1/events`.

use frontdesk_domain::events;
use frontdesk_model::{
    Code, Permission, Problem,
    events::{EventFeed, EventsQuery},
};

use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("events.list", "/events", list)
        .about(
            "Read the feed of events",
            "Events after a number, oldest first: every change of users, roles, sessions, orders, payments and \
             refunds, with the object as it was right after. Store `next_after`, and send it as `after` the next \
             time: nothing is missed, and nothing comes twice, however many servers write at once. While `has_more` \
             is true there is more to read now, also if `items` is empty because no event has one of the `types`.",
        )
        .needs(Permission::EVENTS_READ)
        .refuses(&[Code::EventsExpired])
        .notes(&[
            "Events are kept for 30 days, or longer if the operator says so.",
            "Ids and bodies are those of webhooks with version 2.",
        ])
}

async fn list(call: Call, query: EventsQuery) -> Result<Item<EventFeed>, Problem> {
    Ok(Item(events::feed(&call, &query).await?))
}

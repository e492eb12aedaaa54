//! The feed of events, and the bodies that webhooks receive.

mod bodies;
mod feed;
mod plans;

use frontdesk_model::events::{EventFeed, EventsQuery, FeedEvent};

use crate::support::TestDomain;

fn after(number: i64) -> EventsQuery {
    EventsQuery { after: Some(number), ..EventsQuery::default() }
}

async fn feed(domain: &TestDomain, query: &EventsQuery) -> EventFeed {
    frontdesk_domain::events::feed(&domain.system(), query).await.unwrap()
}

/// The last event.
async fn last(domain: &TestDomain) -> FeedEvent {
    feed(domain, &EventsQuery::default()).await.items.pop().unwrap()
}

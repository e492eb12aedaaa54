//! Events: changes of users, orders and money, as the feed lists them and webhooks receive them.

mod event;
mod query;

pub use event::{EventBody, EventData, EventFeed, FeedEvent, VERSION, previous};
pub use query::{EventsQuery, OneEvent};

use crate::permission::permissions;

permissions! {
    EVENTS_READ = "events:read", "Read events, with the users, orders and payments that they are about", [Admin, Auditor];
}

//! `/api/v1/events`: the feed of events.

mod list;
mod read;

use crate::operation::Route;

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![list::route(), read::route()]
}

//! `/api/v1/refunds`: refunds and their approval.

mod approve;
mod list;
mod read;
mod reject;
mod request;

use crate::operation::Route;

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![list::route(), request::route(), read::route(), approve::route(), reject::route()]
}

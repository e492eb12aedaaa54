//! `/api/v1/orders`: orders.

mod cancel;
mod list;
mod list_mine;
mod place;
mod read;

use crate::operation::Route;

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![list::route(), place::route(), list_mine::route(), read::route(), cancel::route()]
}

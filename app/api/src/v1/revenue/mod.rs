//! `/api/v1/revenue`: revenue by day and currency.

mod read;

use crate::operation::Route;

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![read::route()]
}

//! `/api/v1/audit`: audit events.

mod list;

use crate::operation::Route;

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![list::route()]
}

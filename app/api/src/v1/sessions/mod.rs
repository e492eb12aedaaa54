//! `/api/v1/sessions`: active sessions.

mod end;
mod list;
mod list_mine;

use crate::operation::Route;

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![list_mine::route(), list::route(), end::route()]
}

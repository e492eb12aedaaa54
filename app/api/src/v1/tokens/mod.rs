//! `/api/v1/tokens`: API tokens.

mod create;
mod list;
mod list_mine;
mod read;
mod revoke;

use crate::operation::Route;

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![list::route(), create::route(), list_mine::route(), read::route(), revoke::route()]
}

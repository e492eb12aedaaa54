//! `/api/v1/roles`: roles, and those of a user.

mod grant;
mod list;
mod revoke;

use crate::operation::Route;

pub(super) const NOBODY_GIVES: &str =
    "Nobody gives or takes a role with a permission that they do not hold themselves.";

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![list::route(), grant::route(), revoke::route()]
}

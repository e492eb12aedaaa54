//! `/api/v1/me` and `/api/v1/openapi.json`: the calling token, and the document of the API.

mod me;
mod openapi;

use crate::operation::Route;

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![me::route(), openapi::route()]
}

//! `/api/v1/payments`: payments.

mod cancel;
mod list;
mod pay;
mod read;

use crate::operation::Route;

pub(super) const LATER: &str = "What the gateway says comes later, and is not the answer to this request: read the payment, or have a \
                     webhook told. `failure` says why one failed, `problem` says it as a problem of this API.";

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![list::route(), pay::route(), read::route(), cancel::route()]
}

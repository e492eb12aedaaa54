//! `/api/v1/jobs`: background jobs.

mod cancel;
mod list;
mod read;
mod rerun;

use crate::operation::Route;

/// The operations, in the order of the reference.
pub(super) fn routes() -> Vec<Route> {
    vec![list::route(), read::route(), rerun::route(), cancel::route()]
}

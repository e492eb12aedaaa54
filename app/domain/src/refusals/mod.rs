//! Refusals that anyone can cause without signing in: failed sign-ins, and gateway events without a valid signature.
//!
//! Each of the first few in an hour is an audit event. The others are counted, and one audit event sums them up
//! when the hour is over: the audit trail cannot be flooded, and says how many there were.

mod record;
mod sql;
mod sum_up;

use frontdesk_model::{Timestamp, audit::Action};

use crate::{
    Domain, Feature,
    db::{self, Sql},
    jobs::Handler,
};

pub(crate) use record::record;
pub use sum_up::SumUpRefusals;

/// This feature.
pub const FEATURE: Feature = Feature {
    statements: || Vec::<Sql>::from(sql::ALL),
    jobs: &[Handler::recurring::<SumUpRefusals>()],
    ..Feature::new("refusals")
};

/// Number of refusals of one action and one target in a window that have audit events of their own.
pub const FEW: i64 = 20;
/// Length of a window, in seconds.
pub const WINDOW: i64 = 3_600;
/// Time for which windows are kept, in seconds: the overview counts those of a day.
const KEPT: i64 = 2 * 24 * 3_600;

/// Start of the window of a time.
const fn window(at: Timestamp) -> Timestamp {
    let micros = at.micros();
    Timestamp::from_micros(micros - micros.rem_euclid(WINDOW * 1_000_000))
}

/// Number of refusals of an action in the windows that end after a time.
///
/// # Errors
/// Those of the database.
pub async fn count_since(domain: &Domain, action: Action, since: Timestamp) -> Result<i64, db::Error> {
    sql::count_since(&domain.db, action, window(since)).await
}

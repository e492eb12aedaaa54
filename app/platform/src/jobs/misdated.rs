//! Jobs that wait for a time that a wrong clock chose.
//!
//! A machine may start with its clock a year ahead. Once the clock is right, its jobs would wait for that
//! year: those that recur, payments to be polled, and leases of workers that are gone.

use std::time::Duration;

use super::due;
use crate::{Platform, db};

/// A difference between the clocks of two machines, or two moments of one machine, that is no fault.
const TOLERANCE: Duration = Duration::from_secs(60);
/// Longer than any delay of a job that does not recur, and than any useful lease.
const LONGEST: Duration = Duration::from_secs(2 * 24 * 3_600);

/// Makes jobs due that a clock that was ahead has postponed: recurring ones that would wait for longer than
/// their interval, others that were created or started in the future, and leases beyond any length.
/// Returns their number.
///
/// # Errors
/// Those of the database.
pub async fn pull_forward(platform: &Platform) -> Result<usize, db::Error> {
    let now = platform.clock.now();
    // There are hardly ever any, and finding that out needs no write.
    let misdated = due::misdated(&platform.db, now + TOLERANCE, now + LONGEST).await?;
    if misdated.is_empty() {
        return Ok(0);
    }
    let mut tx = platform.db.write();
    for job in &misdated {
        due::pull_forward(&mut tx, *job, now).await?;
    }
    tx.announce();
    tx.commit().await?;
    tracing::warn!(jobs = misdated.len(), "made jobs due that a clock that was ahead had postponed");
    Ok(misdated.len())
}

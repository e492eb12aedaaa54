//! Gives events their numbers.
//!
//! Two instances that write at the same time can commit in another order than that of their ids, so a reader
//! that remembers the last id misses an event that is committed late. An event therefore gets its number
//! after its commit, when the feed is read: one transaction at a time gives the next numbers to all events
//! that have none. A reader that has seen a number has seen all lower ones.

use super::sql;
use crate::{Domain, db};

/// Numbers the events that have none. Returns the last number.
pub(super) async fn number_events(domain: &Domain) -> Result<i64, db::Error> {
    // In batches, so that other writers get their turn.
    while sql::is_waiting(&domain.db).await? {
        let mut tx = domain.db.write();
        let last = sql::lock_numbers(&mut tx).await?;
        let numbered = sql::number(&mut tx, last).await?;
        let last = last + i64::try_from(numbered).unwrap_or(i64::MAX);
        sql::set_last_number(&mut tx, last).await?;
        tx.commit().await?;
    }
    sql::last_number(&domain.db).await
}

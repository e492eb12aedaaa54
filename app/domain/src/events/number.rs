//! Gives events their numbers.
//!
//! Two instances that write at the same time can commit in another order than that of their ids, so a reader
//! that remembers the last id misses an event that is committed late. An event therefore gets its number
//! after its commit, when the feed is read: one transaction at a time gives the next numbers to all events
//! that have none. A reader that has seen a number has seen all lower ones.

use super::{Error, sql};
use crate::Context;

/// Numbers the events that have none, up to a thousand. Returns the last number.
pub(super) async fn number_events(ctx: &Context) -> Result<i64, Error> {
    if !sql::is_waiting(&ctx.db).await? {
        return Ok(sql::last_number(&ctx.db).await?);
    }
    let mut tx = ctx.db.write();
    let last = sql::lock_numbers(&mut tx).await?;
    let numbered = sql::number(&mut tx, last).await?;
    let last = last + i64::try_from(numbered).unwrap_or(i64::MAX);
    sql::set_last_number(&mut tx, last).await?;
    tx.commit().await?;
    Ok(last)
}

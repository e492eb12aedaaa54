//! Records a refusal.

use super::{FEW, sql, window};
use crate::{
    Context,
    audit::{self, Entry},
    db::{self, Tx},
};

/// Counts a refusal, and records it in the audit trail if it is one of the first few.
pub(crate) async fn record(ctx: &Context, tx: &mut Tx, entry: Entry) -> Result<(), db::Error> {
    let now = ctx.clock.now();
    if sql::count(tx, &entry, window(now), now).await? <= FEW {
        audit::append(ctx, tx, entry).await?;
    }
    Ok(())
}

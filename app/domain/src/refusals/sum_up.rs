//! Sums up the refusals that were only counted.

use std::time::Duration;

use frontdesk_model::{Timestamp, audit::Action};
use serde::{Deserialize, Serialize};

use super::{KEPT, WINDOW, sql};
use crate::{
    Context, Domain,
    audit::{self, Entry},
    db::{self, Tx},
    jobs::{Attempt, BackgroundJob, Done, Failure, RecurringJob},
};

/// Records one audit event for each window that is over and has refusals without events, and deletes old windows.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SumUpRefusals {}

impl BackgroundJob for SumUpRefusals {
    type Context = Domain;

    const NAME: &'static str = "refusals.sum_up";

    async fn run(self, domain: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        let ctx = attempt.context(domain);
        let now = domain.clock.now();
        for action in sql::actions(&domain.db).await? {
            // In batches, so that other writers get their turn.
            loop {
                let over = sql::over(&domain.db, action, now.plus_seconds(-WINDOW)).await?;
                if over.is_empty() {
                    break;
                }
                let mut tx = domain.db.write();
                for window in over {
                    sum_up(&ctx, &mut tx, action, &window).await?;
                }
                tx.commit().await?;
            }
        }
        loop {
            let mut tx = domain.db.write();
            if sql::sweep(&mut tx, now.plus_seconds(-KEPT)).await? == 0 {
                return attempt.finish(tx).await;
            }
            tx.commit().await?;
        }
    }
}

impl RecurringJob for SumUpRefusals {
    const EVERY: Duration = Duration::from_secs(900);
}

async fn sum_up(ctx: &Context, tx: &mut Tx, action: Action, window: &sql::Window) -> Result<(), db::Error> {
    if !sql::mark_recorded(tx, action, window).await? {
        // Another instance has summed it up.
        return Ok(());
    }
    let time = |micros| Timestamp::from_micros(micros).rfc3339();
    let entry = Entry::new(action)
        .at_target(window.target_id, &window.target_label)
        .because("Summed up: these were too many to be recorded one by one.")
        .changed("refused", None, Some(&(window.refused - window.recorded).to_string()))
        .changed("first", None, Some(&time(window.first_at)))
        .changed("last", None, Some(&time(window.last_at)));
    audit::append(ctx, tx, entry).await.map(drop)
}

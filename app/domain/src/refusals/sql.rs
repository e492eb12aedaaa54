//! Statements on refusals.

use frontdesk_model::{Timestamp, audit::Action};
use uuid::Uuid;

use super::FEW;
use crate::{
    audit::Entry,
    db::{self, Db, Tx, row, statements},
    params,
};

statements! { "refusals";
    COUNT = "INSERT INTO refusals (action, target_id, window_start, target_label, refused, recorded, first_at, last_at) \
             VALUES ($1, $2, $3, $4, 1, 1, $5, $5) ON CONFLICT (action, target_id, window_start) DO UPDATE SET \
             refused = refusals.refused + 1, \
             recorded = refusals.recorded + CASE WHEN refusals.refused < $6 THEN 1 ELSE 0 END, \
             last_at = CASE WHEN refusals.last_at < $5 THEN $5 ELSE refusals.last_at END RETURNING refused";
    ACTIONS = "SELECT DISTINCT action FROM refusals WHERE refused > recorded";
    OVER = "SELECT target_id, target_label, window_start, refused, recorded, first_at, last_at FROM refusals \
            WHERE action = $1 AND window_start <= $2 AND refused > recorded ORDER BY window_start LIMIT 100";
    MARK_RECORDED = "UPDATE refusals SET recorded = refused WHERE action = $1 AND target_id = $2 AND window_start = $3 \
                     AND refused = $4 AND recorded = $5";
    COUNT_SINCE = "SELECT CAST(COALESCE(sum(refused), 0) AS BIGINT) FROM refusals WHERE action = $1 AND window_start >= $2";
    SWEEP = "DELETE FROM refusals WHERE (action, target_id, window_start) IN (SELECT action, target_id, window_start \
             FROM refusals WHERE window_start < $1 AND refused = recorded LIMIT 1000)";
}

row! {
    /// A window with refusals that have no audit events.
    pub(super) struct Window {
        /// Nil without a target.
        pub(super) target_id: Uuid,
        pub(super) target_label: String,
        window_start: i64,
        pub(super) refused: i64,
        pub(super) recorded: i64,
        pub(super) first_at: i64,
        pub(super) last_at: i64,
    }
}

/// Counts a refusal. Returns the number of its window.
pub(super) async fn count(
    tx: &mut Tx,
    entry: &Entry,
    window: Timestamp,
    at: Timestamp,
) -> Result<i64, db::Error> {
    let (target, label) = entry.target();
    let params = params![entry.action().as_str(), target.unwrap_or(Uuid::nil()), window, label, at, FEW];
    let (number,): (i64,) = tx.one(COUNT, params).await?;
    Ok(number)
}

/// Actions with refusals that have no audit events. A newer version may count actions that this version does not
/// know, and sums them up itself.
pub(super) async fn actions(db: &Db) -> Result<Vec<Action>, db::Error> {
    let rows: Vec<(String,)> = db.all(ACTIONS, params![]).await?;
    Ok(rows.iter().filter_map(|(action,)| Action::parse(action)).collect())
}

/// Windows that started until this time and have refusals without audit events, up to a hundred.
pub(super) async fn over(db: &Db, action: Action, until: Timestamp) -> Result<Vec<Window>, db::Error> {
    db.all(OVER, params![action.as_str(), until]).await
}

/// Returns false if the window has changed since it was read.
pub(super) async fn mark_recorded(tx: &mut Tx, action: Action, seen: &Window) -> Result<bool, db::Error> {
    let params = params![action.as_str(), seen.target_id, seen.window_start, seen.refused, seen.recorded];
    Ok(tx.execute(MARK_RECORDED, params).await? == 1)
}

pub(super) async fn count_since(db: &Db, action: Action, since: Timestamp) -> Result<i64, db::Error> {
    let (count,): (i64,) = db.one(COUNT_SINCE, params![action.as_str(), since]).await?;
    Ok(count)
}

/// Deletes some windows that started before this time. Returns their number.
pub(super) async fn sweep(tx: &mut Tx, before: Timestamp) -> Result<u64, db::Error> {
    tx.execute(SWEEP, params![before]).await
}

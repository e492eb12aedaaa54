//! Statements that find and take due jobs. Only jobs that are not over have a `due_at`, and only these are in
//! the indexes that workers use.

use frontdesk_model::{JobId, Timestamp};
use uuid::Uuid;

use super::{Queue, lease::Claimed};
use crate::{
    db::{self, Db, Tx, row, statements},
    params,
};

/// The due jobs of a queue, in the order of their times. `$3` has every kind between commas, `,a.b,c.d,`:
/// the only way to bind a list that works on both databases.
macro_rules! due {
    () => {
        "SELECT j.id FROM jobs j WHERE j.queue = $2 AND j.due_at <= $1 AND j.state = 'waiting' \
         AND $3 LIKE '%,' || j.kind || ',%' \
         AND (j.lane IS NULL OR NOT EXISTS (SELECT 1 FROM jobs o WHERE o.lane = j.lane AND o.due_at IS NOT NULL \
         AND o.id <> j.id AND (o.state = 'running' OR (o.due_at, o.id) < (j.due_at, j.id)))) \
         ORDER BY j.due_at, j.id"
    };
}

/// The same for a queue of a few lanes with long backlogs, all of whose jobs have a lane: visits each lane
/// once, whatever waits in it. In random order, so that all lanes get their turn where there are fewer slots.
macro_rules! due_by_lane {
    () => {
        "WITH RECURSIVE lanes (lane) AS (\
         SELECT min(lane) FROM jobs WHERE queue = $2 AND lane IS NOT NULL AND due_at IS NOT NULL \
         UNION ALL SELECT (SELECT min(n.lane) FROM jobs n \
         WHERE n.queue = $2 AND n.lane > lanes.lane AND n.due_at IS NOT NULL) \
         FROM lanes WHERE lanes.lane IS NOT NULL), \
         heads (id) AS (SELECT (SELECT j.id FROM jobs j WHERE j.queue = $2 AND j.lane = lanes.lane AND j.due_at <= $1 \
         AND j.state = 'waiting' AND $3 LIKE '%,' || j.kind || ',%' ORDER BY j.due_at, j.id LIMIT 1) FROM lanes \
         WHERE NOT EXISTS (SELECT 1 FROM jobs o WHERE o.lane = lanes.lane AND o.state = 'running')) \
         SELECT id FROM heads WHERE id IS NOT NULL"
    };
}

/// The lease condition is repeated. On PostgreSQL an UPDATE that waited for a row re-checks only that row:
/// without the outer condition it would take a job that was just leased. The plus sign keeps SQLite from
/// reading everything that is due for it.
macro_rules! claim {
    () => {
        "UPDATE jobs SET state = 'running', attempts = attempts + 1, due_at = $4, started_at = $1 \
         WHERE state = 'waiting' AND +due_at <= $1 AND id IN ("
    };
}

macro_rules! claimed {
    () => {
        ") RETURNING id, kind, payload, attempts, trace_id, repeat_every, cancel_asked_at"
    };
}

statements! { "jobs";
    EXPIRED = "SELECT id, attempts FROM jobs WHERE due_at <= $1 AND state = 'running' ORDER BY due_at, id LIMIT 100";
    // Expired leases count.
    IS_DUE = "SELECT id FROM jobs WHERE queue = $2 AND due_at <= $1 AND $3 LIKE '%,' || kind || ',%' LIMIT 1";
    CLAIM = concat!(claim!(), due!(), " LIMIT CAST($5 AS BIGINT)", claimed!());
    // By the state first: a queue's index would be read through all of its backlog.
    IS_DUE_BY_LANE = concat!(due_by_lane!(), " UNION ALL SELECT id FROM jobs \
        WHERE state = 'running' AND due_at <= $1 AND $3 LIKE '%,' || kind || ',%' LIMIT 1");
    CLAIM_BY_LANE = concat!(claim!(), due_by_lane!(), " ORDER BY random() LIMIT CAST($5 AS BIGINT)", claimed!());
    // What a clock that was ahead has postponed. Jobs after $2 are beyond every delay, so their part of the
    // index is empty.
    MISDATED = "SELECT id, due_at FROM jobs WHERE repeat_every IS NOT NULL AND due_at IS NOT NULL \
                AND state = 'waiting' AND due_at > $1 + repeat_every * 1000000 \
                UNION ALL SELECT id, due_at FROM jobs WHERE due_at > $2 \
                AND (state = 'running' OR created_at > $1 OR started_at > $1) LIMIT 1000";
    PULL_FORWARD = "UPDATE jobs SET due_at = $3 WHERE id = $1 AND due_at = $2";
}

/// Kinds as a text between commas, for statements that filter by them.
pub(super) fn listed(kinds: &[&str]) -> String {
    format!(",{},", kinds.join(","))
}

/// The due jobs of one queue.
#[derive(Clone, Copy)]
pub(super) struct Due<'a> {
    pub(super) queue: Queue,
    pub(super) now: Timestamp,
    /// As [`listed`].
    pub(super) kinds: &'a str,
}

impl Due<'_> {
    /// Returns true if its jobs are in few lanes with long backlogs.
    fn is_by_lane(self) -> bool {
        self.queue == Queue::Webhooks
    }
}

pub(super) async fn is_due(db: &Db, due: Due<'_>) -> Result<bool, db::Error> {
    let sql = if due.is_by_lane() { IS_DUE_BY_LANE } else { IS_DUE };
    let found: Option<(Uuid,)> = db.optional(sql, params![due.now, due.queue.as_str(), due.kinds]).await?;
    Ok(found.is_some())
}

/// Jobs that wait for a time beyond `latest` and are of a time after `future`, or that recur and wait for
/// longer than their interval from then on; and the times that they wait for.
pub(super) async fn misdated(
    db: &Db,
    future: Timestamp,
    latest: Timestamp,
) -> Result<Vec<(JobId, Timestamp)>, db::Error> {
    let rows: Vec<(Uuid, i64)> = db.all(MISDATED, params![future, latest]).await?;
    Ok(rows.into_iter().map(|(id, due_at)| (JobId(id), Timestamp::from_micros(due_at))).collect())
}

/// Makes a job due, unless its time has changed since it was read.
pub(super) async fn pull_forward(
    tx: &mut Tx,
    (id, due_at): (JobId, Timestamp),
    now: Timestamp,
) -> Result<(), db::Error> {
    tx.execute(PULL_FORWARD, params![id, due_at, now]).await.map(|_| ())
}

/// Attempts with expired leases.
pub(super) async fn expired(tx: &mut Tx, now: Timestamp) -> Result<Vec<(JobId, i64)>, db::Error> {
    let rows: Vec<(Uuid, i64)> = tx.all(EXPIRED, params![now]).await?;
    Ok(rows.into_iter().map(|(id, attempt)| (JobId(id), attempt)).collect())
}

row! {
    struct ClaimedRow {
        id: Uuid,
        kind: String,
        payload: String,
        attempts: i64,
        trace_id: String,
        repeat_every: Option<i64>,
        cancel_asked_at: Option<i64>,
    }
}

pub(super) async fn claim(
    tx: &mut Tx,
    due: Due<'_>,
    until: Timestamp,
    at_most: i64,
) -> Result<Vec<Claimed>, db::Error> {
    let sql = if due.is_by_lane() { CLAIM_BY_LANE } else { CLAIM };
    let params = params![due.now, due.queue.as_str(), due.kinds, until, at_most];
    let rows: Vec<ClaimedRow> = tx.all(sql, params).await?;
    let claimed = |row: ClaimedRow| Claimed {
        id: JobId(row.id),
        kind: row.kind,
        payload: row.payload,
        attempt: row.attempts,
        trace_id: row.trace_id,
        repeats: row.repeat_every.is_some(),
        is_cancelling: row.cancel_asked_at.is_some(),
    };
    Ok(rows.into_iter().map(claimed).collect())
}

//! Statements on jobs. Only jobs that are not over have a `due_at`, and only these are in the indexes
//! that workers use.

use frontdesk_model::{
    JobId, Timestamp,
    jobs::{JobFailure, JobState, JobSummary},
};
use uuid::Uuid;

use super::Queue;
use crate::{
    db::{self, Db, Read, Text, Tx, row, statements},
    list::{By, Filter, List, Predicate, Sort, Spec},
    params,
};

macro_rules! columns {
    () => {
        "id, kind, about, state, due_at, attempts, last_attempt, repeat_every, cancel_asked_at, created_at, \
         started_at, finished_at, last_error, trace_id"
    };
}

statements! { "jobs";
    INSERT = "INSERT INTO jobs (id, kind, payload, about, state, unique_key, lane, due_at, max_attempts, last_attempt, \
              repeat_every, trace_id, created_at, queue) \
              VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
    // The successor of a recurring job: the same job from the start, with a trace of its own.
    REPEAT = "INSERT INTO jobs (id, kind, payload, about, state, unique_key, lane, due_at, max_attempts, last_attempt, \
              repeat_every, trace_id, created_at, queue) \
              SELECT $2, kind, payload, about, 'waiting', unique_key, lane, $3 + repeat_every * 1000000, \
              max_attempts, max_attempts, repeat_every, $4, $3, queue \
              FROM jobs WHERE id = $1 AND repeat_every IS NOT NULL ON CONFLICT DO NOTHING";
    HOLD = "UPDATE jobs SET due_at = $3 WHERE id = $1 AND attempts = $2 AND state = 'running' \
            RETURNING kind, last_attempt, max_attempts, repeat_every, cancel_asked_at, started_at, last_error, trace_id";
    END = "UPDATE jobs SET state = $3, due_at = $4, finished_at = $5, last_error = $6 \
           WHERE id = $1 AND attempts = $2 AND state = 'running'";
    RELEASE = "UPDATE jobs SET state = 'waiting', due_at = $3, last_attempt = last_attempt + 1 \
               WHERE id = $1 AND attempts = $2 AND state = 'running'";
    INSERT_FAILURE = "INSERT INTO job_failures (job_id, attempt, started_at, failed_at, error) VALUES ($1, $2, $3, $4, $5)";
    RERUN = "UPDATE jobs SET state = 'waiting', due_at = $3, finished_at = NULL, cancel_asked_at = NULL, \
             last_attempt = CASE WHEN state = 'waiting' THEN last_attempt ELSE attempts + max_attempts END \
             WHERE id = $1 AND state = $2";
    CANCEL = "UPDATE jobs SET state = 'cancelled', due_at = NULL, finished_at = $3 WHERE id = $1 AND state = $2";
    ASK_TO_STOP = "UPDATE jobs SET cancel_asked_at = $2 \
                   WHERE id = $1 AND state = 'running' AND cancel_asked_at IS NULL";
    // A job that ended before a time also started before it, and ids are in order of starting.
    SWEEP = "DELETE FROM jobs WHERE id IN (\
             SELECT id FROM jobs WHERE state = $1 AND id < $2 AND finished_at < $3 LIMIT 1000)";
    // Deliveries are counted with their webhooks.
    COUNT_DEAD = "SELECT count(*) FROM (SELECT 1 FROM jobs WHERE state = 'dead' AND queue < 'webhooks' \
                  UNION ALL SELECT 1 FROM jobs WHERE state = 'dead' AND queue > 'webhooks' \
                  LIMIT CAST($1 AS BIGINT)) AS counted";
    BY_ID = concat!("SELECT ", columns!(), " FROM jobs WHERE id = $1");
    FAILURES = "SELECT attempt, started_at, failed_at, error FROM job_failures WHERE job_id = $1 \
                ORDER BY attempt DESC LIMIT 50";
}

const SORTS: &[&str] = &["created"];

pub static LIST: List = List::new(Spec {
    name: "db.jobs.list",
    table: ("jobs", "j"),
    columns: columns!(),
    filters: &[
        Filter::all("all", &[], SORTS),
        Filter::all("state", &[Predicate::Is("state")], SORTS),
        Filter::all("kind", &[Predicate::Is("kind")], SORTS),
        Filter::all("state.kind", &[Predicate::Is("state"), Predicate::Is("kind")], SORTS),
        Filter::any("states", &[Predicate::Is("state")], SORTS),
        Filter::any("states.kind", &[Predicate::Is("state"), Predicate::Is("kind")], SORTS),
    ],
    sorts: &[Sort { name: "created", by: By::Id, has_range: true }],
    ..Spec::EMPTY
});

pub(super) struct NewJob {
    pub(super) id: JobId,
    pub(super) kind: &'static str,
    pub(super) queue: Queue,
    pub(super) payload: String,
    pub(super) about: String,
    pub(super) unique_key: Option<String>,
    pub(super) lane: Option<String>,
    pub(super) due_at: Timestamp,
    pub(super) max_attempts: i64,
    pub(super) repeat_every: Option<i64>,
    pub(super) trace_id: String,
    pub(super) created_at: Timestamp,
}

/// Returns true if it was inserted.
pub(super) async fn insert(tx: &mut Tx, new: NewJob) -> Result<bool, db::Error> {
    let params = params![
        new.id,
        new.kind,
        new.payload,
        new.about,
        new.unique_key,
        new.lane,
        new.due_at,
        new.max_attempts,
        new.repeat_every,
        new.trace_id,
        new.created_at,
        new.queue.as_str(),
    ];
    Ok(tx.execute(INSERT, params).await? == 1)
}

/// Inserts the successor of a recurring job that has just ended.
pub(super) async fn repeat(tx: &mut Tx, ended: JobId, next: JobId, now: Timestamp) -> Result<(), db::Error> {
    tx.execute(REPEAT, params![ended, next, now, next.0.simple().to_string()]).await.map(|_| ())
}

row! {
    /// Columns needed to end an attempt.
    pub(super) struct HeldRow {
        pub(super) kind: String,
        pub(super) last_attempt: i64,
        pub(super) max_attempts: i64,
        pub(super) repeat_every: Option<i64>,
        pub(super) cancel_asked_at: Option<i64>,
        pub(super) started_at: Option<i64>,
        pub(super) last_error: Option<String>,
        pub(super) trace_id: String,
    }
}

/// Extends the lease, if it still belongs to the attempt.
pub(super) async fn hold(
    tx: &mut Tx,
    id: JobId,
    attempt: i64,
    until: Timestamp,
) -> Result<Option<HeldRow>, db::Error> {
    tx.optional(HOLD, params![id, attempt, until]).await
}

/// The job after an attempt.
pub(super) struct End {
    pub(super) state: JobState,
    pub(super) due_at: Option<Timestamp>,
    pub(super) finished_at: Option<Timestamp>,
    pub(super) error: Option<String>,
}

/// Returns false if the job no longer belongs to the attempt.
pub(super) async fn end(tx: &mut Tx, id: JobId, attempt: i64, end: End) -> Result<bool, db::Error> {
    let params = params![id, attempt, end.state.as_str(), end.due_at, end.finished_at, end.error];
    Ok(tx.execute(END, params).await? == 1)
}

/// Returns a job as if this attempt had not happened.
pub(super) async fn release(tx: &mut Tx, id: JobId, attempt: i64, now: Timestamp) -> Result<(), db::Error> {
    tx.execute(RELEASE, params![id, attempt, now]).await.map(|_| ())
}

pub(super) async fn insert_failure(
    tx: &mut Tx,
    (id, attempt): (JobId, i64),
    started_at: i64,
    at: Timestamp,
    error: &str,
) -> Result<(), db::Error> {
    tx.execute(INSERT_FAILURE, params![id, attempt, started_at, at, error]).await.map(|_| ())
}

/// Returns false if it was in another state.
pub(super) async fn rerun(tx: &mut Tx, id: JobId, from: JobState, at: Timestamp) -> Result<bool, db::Error> {
    Ok(tx.execute(RERUN, params![id, from.as_str(), at]).await? == 1)
}

/// Returns false if it was in another state.
pub(super) async fn cancel(tx: &mut Tx, id: JobId, from: JobState, at: Timestamp) -> Result<bool, db::Error> {
    Ok(tx.execute(CANCEL, params![id, from.as_str(), at]).await? == 1)
}

/// Returns true if it was running and not asked before.
pub(super) async fn ask_to_stop(tx: &mut Tx, id: JobId, at: Timestamp) -> Result<bool, db::Error> {
    Ok(tx.execute(ASK_TO_STOP, params![id, at]).await? == 1)
}

/// Deletes some jobs in this state that ended before a time. Returns their number.
pub(super) async fn sweep(tx: &mut Tx, state: JobState, before: Timestamp) -> Result<u64, db::Error> {
    tx.execute(SWEEP, params![state.as_str(), crate::clock::first_id_at(before), before]).await
}

pub(super) async fn count_dead(db: &Db, at_most: i64) -> Result<i64, db::Error> {
    let (count,): (i64,) = db.one(COUNT_DEAD, params![at_most]).await?;
    Ok(count)
}

row! {
    pub(super) struct JobRow {
        id: Uuid,
        kind: String,
        about: String,
        state: Text<JobState>,
        due_at: Option<i64>,
        attempts: i64,
        last_attempt: i64,
        repeat_every: Option<i64>,
        cancel_asked_at: Option<i64>,
        created_at: i64,
        started_at: Option<i64>,
        finished_at: Option<i64>,
        last_error: Option<String>,
        trace_id: String,
    }
}

impl JobRow {
    pub(super) fn job(self) -> (JobSummary, String) {
        let state = self.state.0;
        let at = |micros: Option<i64>| micros.map(Timestamp::from_micros);
        let summary = JobSummary {
            id: JobId(self.id),
            kind: self.kind,
            about: self.about,
            state,
            is_cancelling: state == JobState::Running && self.cancel_asked_at.is_some(),
            attempts: self.attempts,
            last_attempt: self.last_attempt,
            next_attempt_at: at(self.due_at).filter(|_| state == JobState::Waiting),
            started_at: at(self.started_at),
            finished_at: at(self.finished_at),
            created_at: Timestamp::from_micros(self.created_at),
            last_error: self.last_error,
            repeat_every: self.repeat_every,
        };
        (summary, self.trace_id)
    }
}

/// The job and its trace id.
pub(super) async fn by_id(mut from: impl Read, id: JobId) -> Result<Option<(JobSummary, String)>, db::Error> {
    let row: Option<JobRow> = from.optional(BY_ID, params![id]).await?;
    Ok(row.map(JobRow::job))
}

row! {
    struct FailureRow {
        attempt: i64,
        started_at: i64,
        failed_at: i64,
        error: String,
    }
}

pub(super) async fn failures(db: &Db, id: JobId) -> Result<Vec<JobFailure>, db::Error> {
    let rows: Vec<FailureRow> = db.all(FAILURES, params![id]).await?;
    let failure = |row: FailureRow| JobFailure {
        attempt: row.attempt,
        started_at: Timestamp::from_micros(row.started_at),
        failed_at: Timestamp::from_micros(row.failed_at),
        error: row.error,
    };
    Ok(rows.into_iter().map(failure).collect())
}

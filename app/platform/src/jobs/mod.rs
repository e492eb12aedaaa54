//! What is to be done later, or again and again.
//!
//! A job is a row. It is written in the transaction of its cause, so it is there if and only if its
//! cause is. A worker takes it for a while (a *lease*), which it extends as long as it is alive;
//! when the lease ends, another worker takes the job. So a job may be **begun** more than once, and
//! still **does** nothing twice: the only way to have succeeded is [`Attempt::finish`], which
//! writes "done" in the same transaction as what the job did, and only for the attempt that holds
//! the lease. What a job does outside the database can happen twice, if the worker dies just
//! behind it; the job's id, the same in every attempt, is there for the other side to tell.
//!
//! This room knows no kind of job but its own. A [`BackgroundJob`] lives in the room that enqueues it, and is
//! listed for the workers in the server's `worker.rs`.

mod attempt;
mod due;
mod kind;
mod lease;
mod misdated;
mod queue;
mod staff;
mod store;
mod sweep;
mod sweep_answers;
mod worker;

use std::time::Duration;

use frontdesk_model::{Code, JobId, Problem, Timestamp};

pub use attempt::{Attempt, Done};
pub use kind::{BackgroundJob, Failure, Handler, RecurringJob, Retry};
pub use lease::{Claimed, FreeSlots, Held, Outcome, Settled, claim, hold, settle};
pub use misdated::pull_forward;
pub use queue::Queue;
pub use staff::count_dead;
pub use staff::{Cancelled, cancel, cancel_in, get, list, rerun, rerun_in};
pub use store::LIST;
pub use sweep::SweepJobs;
pub use sweep_answers::SweepAnswers;
pub use worker::{Settings, Worker};

use crate::{
    actor::{Actor, Denied},
    clock::Clock,
    db::{self, Sql, Tx},
    problem::internal_error,
};

/// Why a job was not written, shown, run again or called off.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("there is no such job")]
    NoSuchJob,
    #[error("not in this state: {0}")]
    WrongState(&'static str),
    #[error("the cursor belongs to another list")]
    ForeignCursor,
    #[error("the payload of {kind} cannot be written as JSON")]
    Payload { kind: &'static str, source: serde_json::Error },
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied(denied) => denied.into(),
            Error::NoSuchJob => Self::new(Code::NotFound),
            Error::WrongState(why) => Self::new(Code::WrongState).detail(why),
            Error::ForeignCursor => {
                Self::new(Code::InvalidCursor).fault("cursor", "foreign", "Start from the first page")
            }
            Error::Payload { .. } => internal_error(&error),
            Error::Database(error) => error.into(),
        }
    }
}

/// Something to be done, not written down yet.
pub struct Job {
    kind: &'static str,
    queue: Queue,
    payload: Result<String, serde_json::Error>,
    max_attempts: u32,
    about: String,
    run_at: Option<Timestamp>,
    unique_key: Option<String>,
    lane: Option<String>,
    repeat_every: Option<Duration>,
    trace_id: Option<String>,
}

impl Job {
    /// To be done as soon as there is a worker for it.
    pub fn new<K: BackgroundJob>(payload: &K) -> Self {
        Self {
            kind: K::NAME,
            queue: K::QUEUE,
            payload: serde_json::to_string(payload),
            max_attempts: K::RETRY.attempts(),
            about: String::new(),
            run_at: None,
            unique_key: None,
            lane: None,
            repeat_every: None,
            trace_id: None,
        }
    }

    /// What it is about, in words that staff read: no secret, nothing about a person.
    #[must_use]
    pub fn about(mut self, words: &str) -> Self {
        words.clone_into(&mut self.about);
        self
    }

    /// Not before this moment.
    #[must_use]
    pub fn at(mut self, moment: Timestamp) -> Self {
        self.run_at = Some(moment);
        self
    }

    /// Only one of its kind with this key is there at a time, waiting or running: one more is not
    /// written. So it is for work where one that has begun already is enough.
    #[must_use]
    pub fn unique(mut self, key: &str) -> Self {
        self.unique_key = Some(key.to_owned());
        self
    }

    /// Of one lane, whatever the kinds, one runs at a time, in the order in which they are due.
    /// One that failed and waits for its next attempt lets others pass.
    #[must_use]
    pub fn lane(mut self, lane: &str) -> Self {
        self.lane = Some(lane.to_owned());
        self
    }

    /// Once it is over, however it ended, it is due anew after so long (whole seconds).
    #[must_use]
    pub fn every(mut self, pause: Duration) -> Self {
        self.repeat_every = Some(pause);
        self
    }

    /// Whose request caused it: its trace id is in the log of all that the job does.
    #[must_use]
    pub fn caused_by(mut self, actor: &Actor) -> Self {
        self.trace_id = Some(actor.origin.request_id.clone()).filter(|id| !id.is_empty());
        self
    }
}

/// Writes a job down in the transaction of its cause. A worker of this process begins it right
/// behind the commit, if it is due. `None` if one with the same unique key is there.
///
/// # Errors
/// [`Error::Payload`] for what JSON cannot express; [`Error::Database`].
pub async fn enqueue(tx: &mut Tx, clock: &Clock, job: Job) -> Result<Option<JobId>, Error> {
    let now = clock.now();
    let id = JobId(clock.id_at(now));
    let payload = job.payload.map_err(|source| Error::Payload { kind: job.kind, source })?;
    let due_at = job.run_at.unwrap_or(now);
    let new = store::NewJob {
        id,
        kind: job.kind,
        queue: job.queue,
        payload,
        about: job.about,
        unique_key: job.unique_key,
        lane: job.lane,
        due_at,
        max_attempts: i64::from(job.max_attempts),
        repeat_every: job.repeat_every.map(|pause| i64::try_from(pause.as_secs()).unwrap_or(i64::MAX)),
        trace_id: job.trace_id.unwrap_or_else(|| id.0.simple().to_string()),
        created_at: now,
    };
    let written = store::insert(tx, new).await?;
    if written && due_at <= now {
        tx.announce();
    }
    Ok(written.then_some(id))
}

/// Every statement of this room.
pub fn statements() -> Vec<Sql> {
    [due::ALL, store::ALL].concat().into_iter().chain(LIST.statements()).collect()
}

//! Leases: taking jobs, extending leases, and recording how an attempt ended.
//!
//! Workers look for due jobs one at a time, so that two never find the same; and every statement that
//! ends an attempt checks its number, so that a late one changes nothing.

use std::time::Duration;

use frontdesk_model::{JobId, Timestamp, audit::Action, jobs::JobState};

use super::{
    Failure, Queue, Retry,
    due::{self, Due},
    kind::dice,
    store::{self, End, HeldRow},
};
use crate::{
    Context, Platform,
    actor::Actor,
    advisory_lock,
    audit::{self, Entry},
    db::{self, Tx},
};

/// Maximum length of a stored error, in characters.
const MAX_ERROR: usize = 500;
/// Error of an attempt after its worker disappeared.
const GONE: &str = "The worker that had it went away.";

/// A job leased by this worker.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub id: JobId,
    pub kind: String,
    pub payload: String,
    /// The number of this attempt.
    pub attempt: i64,
    pub trace_id: String,
    pub repeats: bool,
    /// It was cancelled at the moment it was returned.
    pub is_cancelling: bool,
}

/// A worker's free slots in one queue.
#[derive(Clone, Debug)]
pub struct FreeSlots {
    queue: Queue,
    /// The kinds that the worker knows, as the statements need them.
    kinds: String,
    at_most: i64,
}

impl FreeSlots {
    pub fn new(queue: Queue, kinds: &[&str], at_most: usize) -> Self {
        Self { queue, kinds: due::listed(kinds), at_most: i64::try_from(at_most).unwrap_or(i64::MAX) }
    }
}

/// Leases due jobs, up to the free slots of each queue, and ends attempts whose lease has expired.
///
/// # Errors
/// Those of the database.
pub async fn claim(
    platform: &Platform,
    free: &[FreeSlots],
    lease: Duration,
) -> Result<Vec<Claimed>, db::Error> {
    // Usually no job is due, and finding that out needs no write.
    if !is_due(platform, free).await? {
        return Ok(Vec::new());
    }
    let mut tx = platform.db.write();
    advisory_lock::acquire(&mut tx, "jobs").await?;
    let now = platform.clock.now();
    for (id, attempt) in due::expired(&mut tx, now).await? {
        end_attempt(&mut tx, platform, (id, attempt), Ended::Gone).await?;
    }
    let mut claimed = Vec::new();
    for slots in free {
        let of_queue = Due { queue: slots.queue, now, kinds: &slots.kinds };
        claimed.extend(due::claim(&mut tx, of_queue, now + lease, slots.at_most).await?);
    }
    tx.commit().await?;
    Ok(claimed)
}

/// Returns true if [`claim`] has something to do.
async fn is_due(platform: &Platform, free: &[FreeSlots]) -> Result<bool, db::Error> {
    let now = platform.clock.now();
    for slots in free {
        let of_queue = Due { queue: slots.queue, now, kinds: &slots.kinds };
        if due::is_due(&platform.db, of_queue).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Result of extending a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Yes,
    /// Staff have cancelled the job.
    Cancelled,
    /// The lease expired, and the job ended or belongs to another worker.
    Lost,
}

/// Extends the lease of an attempt: it ends `lease` from now.
///
/// # Errors
/// Those of the database; then the lease is unchanged.
pub async fn hold(platform: &Platform, id: JobId, attempt: i64, lease: Duration) -> Result<Held, db::Error> {
    let mut tx = platform.db.write();
    let held = store::hold(&mut tx, id, attempt, platform.clock.now() + lease).await?;
    tx.commit().await?;
    Ok(match held {
        None => Held::Lost,
        Some(row) if row.cancel_asked_at.is_some() => Held::Cancelled,
        Some(_) => Held::Yes,
    })
}

/// The end of an attempt that did not succeed.
#[derive(Clone, Debug)]
pub enum Outcome {
    Failed(Failure),
    /// Stopped because staff cancelled the job.
    Cancelled,
    /// The worker shuts down. The attempt does not count, and another worker can start at once.
    GivenBack,
}

/// The job after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is retried at this time.
    Waiting(Timestamp),
    Dead,
    Cancelled,
    /// The attempt's lease had expired, so nothing was changed.
    Lost,
}

/// Records how an attempt ended. A successful one has done so itself: [`super::Attempt::finish`].
///
/// # Errors
/// Those of the database. Then the lease expires, and the job is retried.
pub async fn settle(
    platform: &Platform,
    id: JobId,
    attempt: i64,
    outcome: Outcome,
    retry: Retry,
) -> Result<Settled, db::Error> {
    let ended = match outcome {
        Outcome::Failed(Failure::LeaseLost | Failure::Recorded(_)) => return Ok(Settled::Lost),
        Outcome::Failed(failure) => Ended::Failed(failure, retry),
        Outcome::Cancelled => Ended::Cancelled(None),
        Outcome::GivenBack => Ended::GivenBack,
    };
    let mut tx = platform.db.write();
    let settled = end_attempt(&mut tx, platform, (id, attempt), ended).await?;
    tx.commit().await?;
    Ok(settled)
}

pub(super) enum Ended {
    Failed(Failure, Retry),
    /// Its lease expired.
    Gone,
    /// With the reason, if staff did not ask for it.
    Cancelled(Option<String>),
    GivenBack,
}

pub(super) async fn end_attempt(
    tx: &mut Tx,
    platform: &Platform,
    (id, attempt): (JobId, i64),
    ended: Ended,
) -> Result<Settled, db::Error> {
    let now = platform.clock.now();
    // Reads and locks the row: a concurrent cancellation waits and sees the result.
    let Some(job) = store::hold(tx, id, attempt, now).await? else { return Ok(Settled::Lost) };
    let called_off = job.cancel_asked_at.is_some() || matches!(ended, Ended::Cancelled(_));
    let (error, next) = match ended {
        Ended::Cancelled(why) => (why, None),
        Ended::GivenBack if called_off => (None, None),
        Ended::GivenBack => {
            store::release(tx, id, attempt, now).await?;
            tx.announce();
            return Ok(Settled::Waiting(now));
        }
        // The rest of the lease was delay enough.
        Ended::Gone => (Some(GONE.to_owned()), Some(now)),
        Ended::Failed(Failure::Permanent(why), _) => (Some(why), None),
        Ended::Failed(Failure::RetryAt { at, why }, _) => (Some(why), Some(at)),
        Ended::Failed(Failure::Retry(why), retry) => {
            (Some(why), Some(now + retry.delay(failures(&job, attempt), dice())))
        }
        Ended::Failed(Failure::LeaseLost | Failure::Recorded(_), _) => return Ok(Settled::Lost),
    };
    let error = error.map(|text| shown(&text));
    if let Some(error) = &error {
        store::insert_failure(tx, (id, attempt), job.started_at.unwrap_or(now.micros()), now, error).await?;
    }
    let next = next.filter(|_| attempt < job.last_attempt);
    let (state, settled) = match next {
        _ if called_off => (JobState::Cancelled, Settled::Cancelled),
        Some(at) => (JobState::Waiting, Settled::Waiting(at)),
        None => (JobState::Dead, Settled::Dead),
    };
    let is_over = state != JobState::Waiting;
    let error = error.or_else(|| job.last_error.clone());
    let due_at = next.filter(|_| !is_over);
    store::end(tx, id, attempt, End { state, due_at, finished_at: is_over.then_some(now), error }).await?;
    if is_over && job.repeat_every.is_some() {
        store::repeat(tx, id, JobId(platform.clock.id_at(now)), now).await?;
    }
    if state == JobState::Dead {
        let entry = Entry::new(Action::JOB_DIED).about(label(&job.kind, id));
        audit::append(&Context::new(platform, Actor::worker(&job.trace_id)), tx, entry).await?;
    }
    Ok(settled)
}

/// Number of failures since it was enqueued or run again, including this one.
fn failures(job: &HeldRow, attempt: i64) -> u32 {
    u32::try_from(attempt - (job.last_attempt - job.max_attempts)).unwrap_or(1).max(1)
}

/// Label of a job in the audit trail.
pub(super) fn label(kind: &str, id: JobId) -> String {
    format!("{kind} {id}")
}

/// An error as stored: bounded, and without characters that the databases reject.
fn shown(error: &str) -> String {
    error.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_ERROR).collect()
}

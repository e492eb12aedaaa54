//! Taking jobs, keeping them, and putting down how an attempt ended.
//!
//! A worker that finds jobs due takes its turn, so two never look at the same jobs at once; and
//! every statement that ends an attempt names its number, so what comes late changes nothing.

use std::time::Duration;

use frontdesk_model::{JobId, Timestamp, audit::Action, job::JobState};

use super::{
    Failure, Retry,
    kind::dice,
    store::{self, End, HeldRow},
};
use crate::{
    Platform,
    actor::Actor,
    advisory_lock,
    audit::{self, Entry},
    db::{self, Tx},
};

/// The longest error that is kept, in characters.
const MAX_ERROR: usize = 500;
/// What an attempt failed of when nobody was left to tell.
const GONE: &str = "The worker that had it went away.";

/// A job that this worker may run now.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub id: JobId,
    pub kind: String,
    pub payload: String,
    /// The number of this attempt.
    pub attempt: i64,
    pub trace_id: String,
    pub repeats: bool,
    /// It was called off just when it was given back.
    pub is_cancelling: bool,
}

/// Takes up to `at_most` jobs that are due, of these kinds, for the length of `lease`. What other
/// workers have left behind is found here: their leases are over.
///
/// # Errors
/// What the database says; then nothing is taken.
pub async fn claim(
    platform: &Platform,
    kinds: &[&str],
    at_most: usize,
    lease: Duration,
) -> Result<Vec<Claimed>, db::Error> {
    let kinds = store::listed(kinds);
    // Mostly there is nothing, and to see that costs no write.
    if !store::is_due(&platform.db, platform.clock.now(), &kinds).await? {
        return Ok(Vec::new());
    }
    let mut tx = platform.db.write().await?;
    advisory_lock::acquire(&mut tx, "jobs").await?;
    let now = platform.clock.now();
    for (id, attempt) in store::expired(&mut tx, now).await? {
        end_attempt(&mut tx, platform, (id, attempt), Ended::Gone).await?;
    }
    let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
    let claimed = store::claim(&mut tx, now, now + lease, &kinds, at_most).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// Whether an attempt may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Yes,
    /// Staff have called the job off.
    Cancelled,
    /// The lease was over, and another worker has the job, or it has ended.
    Lost,
}

/// Extends the lease of an attempt: it ends `lease` from now.
///
/// # Errors
/// What the database says; the lease is as it was, then.
pub async fn hold(platform: &Platform, id: JobId, attempt: i64, lease: Duration) -> Result<Held, db::Error> {
    let mut tx = platform.db.write().await?;
    let held = store::hold(&mut tx, id, attempt, platform.clock.now() + lease).await?;
    tx.commit().await?;
    Ok(match held {
        None => Held::Lost,
        Some(row) if row.cancel_asked_at.is_some() => Held::Cancelled,
        Some(_) => Held::Yes,
    })
}

/// How an attempt ended that did not succeed.
#[derive(Clone, Debug)]
pub enum Outcome {
    Failed(Failure),
    /// It was stopped because staff have called the job off.
    Cancelled,
    /// The worker has to leave. The attempt does not count, and another worker begins at once.
    GivenBack,
}

/// What became of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is tried again, from then on.
    Waiting(Timestamp),
    Dead,
    Cancelled,
    /// The attempt's lease was over: it has nothing to say.
    Lost,
}

/// Puts down how an attempt ended. One that succeeded has done so itself: [`super::Attempt::finish`].
///
/// # Errors
/// What the database says. Then the lease runs out, and the job is tried again.
pub async fn settle(
    platform: &Platform,
    id: JobId,
    attempt: i64,
    outcome: Outcome,
    retry: Retry,
) -> Result<Settled, db::Error> {
    let ended = match outcome {
        Outcome::Failed(Failure::LeaseLost) => return Ok(Settled::Lost),
        Outcome::Failed(failure) => Ended::Failed(failure, retry),
        Outcome::Cancelled => Ended::Cancelled,
        Outcome::GivenBack => Ended::GivenBack,
    };
    let mut tx = platform.db.write().await?;
    let settled = end_attempt(&mut tx, platform, (id, attempt), ended).await?;
    tx.commit().await?;
    Ok(settled)
}

enum Ended {
    Failed(Failure, Retry),
    /// Its lease ran out.
    Gone,
    Cancelled,
    GivenBack,
}

async fn end_attempt(
    tx: &mut Tx,
    platform: &Platform,
    (id, attempt): (JobId, i64),
    ended: Ended,
) -> Result<Settled, db::Error> {
    let now = platform.clock.now();
    // Reads the row and locks it: staff who would call the job off now wait, and see what became of it.
    let Some(job) = store::hold(tx, id, attempt, now).await? else { return Ok(Settled::Lost) };
    let called_off = job.cancel_asked_at.is_some() || matches!(ended, Ended::Cancelled);
    let (error, next) = match ended {
        Ended::Cancelled => (None, None),
        Ended::GivenBack if called_off => (None, None),
        Ended::GivenBack => {
            store::release(tx, id, attempt, now).await?;
            tx.announce();
            return Ok(Settled::Waiting(now));
        }
        // The rest of the lease has been wait enough.
        Ended::Gone => (Some(GONE.to_owned()), Some(now)),
        Ended::Failed(Failure::Permanent(why), _) => (Some(why), None),
        Ended::Failed(Failure::RetryAt { at, why }, _) => (Some(why), Some(at)),
        Ended::Failed(Failure::Retry(why), retry) => {
            (Some(why), Some(now + retry.delay(failures(&job, attempt), dice())))
        }
        Ended::Failed(Failure::LeaseLost, _) => return Ok(Settled::Lost),
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
        let entry = Entry::new(Action::JobDied).about(label(&job.kind, id));
        audit::append(tx, &platform.clock, &Actor::worker(&job.trace_id), entry).await?;
    }
    Ok(settled)
}

/// How often it has failed since it was enqueued or run again, this time included.
fn failures(job: &HeldRow, attempt: i64) -> u32 {
    u32::try_from(attempt - (job.last_attempt - job.max_attempts)).unwrap_or(1).max(1)
}

/// What the audit trail calls a job.
pub(super) fn label(kind: &str, id: JobId) -> String {
    format!("{kind} {id}")
}

/// An error as it is kept: bounded, and without what no text may have.
fn shown(error: &str) -> String {
    error.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_ERROR).collect()
}

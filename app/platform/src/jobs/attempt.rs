//! An attempt at a job, and the only way to have succeeded.

use frontdesk_model::{JobId, job::JobState};

use super::{
    Failure,
    lease::Claimed,
    store::{self, End},
};
use crate::{
    actor::Actor,
    clock::Clock,
    db::{Db, Tx},
};

/// One attempt at a job. Its number is the token of its lease: once another attempt has begun, this
/// one can record nothing any more.
pub struct Attempt {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) job: JobId,
    pub(super) number: i64,
    pub(super) trace_id: String,
    pub(super) repeats: bool,
}

/// Proof that a job has succeeded, in a transaction that is committed.
#[derive(Debug)]
pub struct Done(());

impl Attempt {
    pub fn of(platform: &crate::Platform, claimed: &Claimed) -> Self {
        Self {
            db: platform.db.clone(),
            clock: platform.clock.clone(),
            job: claimed.id,
            number: claimed.attempt,
            trace_id: claimed.trace_id.clone(),
            repeats: claimed.repeats,
        }
    }

    /// The job's id, the same in every attempt: whoever is told of it twice can tell by it.
    pub fn job(&self) -> JobId {
        self.job
    }

    /// 1 for the first.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// Of the request that caused the job.
    pub fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// Frontdesk itself, at work on this job: who did what the job does.
    pub fn actor(&self) -> Actor {
        Actor::worker(&self.trace_id)
    }

    /// Commits what the job did, together with the fact that it is done.
    ///
    /// # Errors
    /// [`Failure::LeaseLost`] if another attempt has begun, or staff's wish to stop was heeded;
    /// otherwise what the database says. Then nothing in `tx` has happened.
    pub async fn finish(self, mut tx: Tx) -> Result<Done, Failure> {
        let now = self.clock.now();
        let end = End { state: JobState::Succeeded, due_at: None, finished_at: Some(now), error: None };
        if !store::end(&mut tx, self.job, self.number, end).await? {
            return Err(Failure::LeaseLost);
        }
        if self.repeats {
            store::repeat(&mut tx, self.job, JobId(self.clock.id_at(now)), now).await?;
        }
        tx.commit().await?;
        Ok(Done(()))
    }

    /// The same, for a job that did nothing in the database, or did it already.
    ///
    /// # Errors
    /// As [`Attempt::finish`].
    pub async fn done(self) -> Result<Done, Failure> {
        let tx = self.db.write().await?;
        self.finish(tx).await
    }
}

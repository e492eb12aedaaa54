//! Attempts at jobs, and the only way to mark a job as done.

use frontdesk_model::{JobId, jobs::JobState};

use super::{
    Failure,
    lease::Claimed,
    store::{self, End},
};
use crate::{
    Context,
    actor::Actor,
    clock::Clock,
    db::{Db, Tx},
};

/// One attempt at a job. Its number is the token of its lease: once another attempt has started, this one
/// cannot write any more.
pub struct Attempt {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) job: JobId,
    pub(super) number: i64,
    pub(super) trace_id: String,
    pub(super) repeats: bool,
}

/// Proof that a job has succeeded, in a committed transaction.
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

    /// The job's id, the same in every attempt: other systems can use it to detect repetitions.
    pub fn job(&self) -> JobId {
        self.job
    }

    /// 1 for the first.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// Trace id of the request that caused the job.
    pub fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// The context of this job's work: the actor is Frontdesk itself.
    pub fn context<S: Clone>(&self, services: &S) -> Context<S> {
        Context::new(services.clone(), Actor::worker(&self.trace_id))
    }

    /// Commits the job's work, and marks the job as done in the same transaction.
    ///
    /// # Errors
    /// [`Failure::LeaseLost`] if another attempt has started, or the job was cancelled; otherwise those
    /// of the database. Then `tx` is rolled back.
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

    /// As [`Attempt::finish`], for a job without changes in the database, or with changes already
    /// committed.
    ///
    /// # Errors
    /// As [`Attempt::finish`].
    pub async fn done(self) -> Result<Done, Failure> {
        let tx = self.db.write();
        self.finish(tx).await
    }
}

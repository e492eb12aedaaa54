//! Attempts at jobs, and the only way to mark a job as done.

use frontdesk_model::{JobId, Timestamp, jobs::JobState};

use super::{
    Failure, Retry, Settled,
    lease::{Claimed, Ended, end_attempt},
    store::{self, End},
};
use crate::{Context, Platform, actor::Actor, db::Tx};

/// One attempt at a job. Its number is the token of its lease: once another attempt has started, this one
/// cannot write any more.
pub struct Attempt {
    pub(super) platform: Platform,
    pub(super) job: JobId,
    pub(super) number: i64,
    pub(super) trace_id: String,
    pub(super) repeats: bool,
}

/// Proof that a job has succeeded, in a committed transaction.
#[derive(Debug)]
pub struct Done(());

impl Attempt {
    pub fn of(platform: &Platform, claimed: &Claimed) -> Self {
        Self {
            platform: platform.clone(),
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
        let now = self.platform.clock.now();
        let end = End { state: JobState::Succeeded, due_at: None, finished_at: Some(now), error: None };
        if !store::end(&mut tx, self.job, self.number, end).await? {
            return Err(Failure::LeaseLost);
        }
        if self.repeats {
            store::repeat(&mut tx, self.job, JobId(self.platform.clock.id_at(now)), now).await?;
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
        let tx = self.platform.db.write();
        self.finish(tx).await
    }

    /// Marks the attempt as failed in the transaction of the job's own record of it. The next attempt is at
    /// `again`; without it the job is dead. Returns the failure, for [`super::BackgroundJob::run`] to return
    /// once `tx` is committed.
    ///
    /// # Errors
    /// As [`Attempt::finish`].
    pub async fn fail(self, tx: &mut Tx, again: Option<Timestamp>, why: String) -> Result<Failure, Failure> {
        let failure = match again {
            Some(at) => Failure::RetryAt { at, why: why.clone() },
            None => Failure::Permanent(why.clone()),
        };
        self.end(tx, Ended::Failed(failure, Retry::DEFAULT), why).await
    }

    /// Marks the job as cancelled, because what it does is no longer wanted. Otherwise as [`Attempt::fail`].
    ///
    /// # Errors
    /// As [`Attempt::finish`].
    pub async fn cancel(self, tx: &mut Tx, why: String) -> Result<Failure, Failure> {
        self.end(tx, Ended::Cancelled(Some(why.clone())), why).await
    }

    async fn end(self, tx: &mut Tx, ended: Ended, why: String) -> Result<Failure, Failure> {
        match end_attempt(tx, &self.platform, (self.job, self.number), ended).await? {
            Settled::Lost => Err(Failure::LeaseLost),
            Settled::Waiting(_) | Settled::Dead | Settled::Cancelled => Ok(Failure::Recorded(why)),
        }
    }
}

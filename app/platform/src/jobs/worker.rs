//! Workers: lease due jobs, run several at a time, and extend their leases.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
    time::{Instant, MissedTickBehavior, interval_at, sleep, timeout},
};
use tracing::Instrument;

use super::{
    Attempt, Claimed, Done, Error, Failure, Handler, Held, Outcome, claim, enqueue, hold, kind::dice, settle,
};
use crate::Platform;

/// Options of a worker.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Number of concurrent jobs.
    pub concurrency: usize,
    /// Duration of a lease, extended three times within it. Many times the possible difference between
    /// the clocks of several machines.
    pub lease: Duration,
    /// Approximate interval of polling for due jobs, including those enqueued by other processes.
    pub poll: Duration,
    /// Time that running jobs have in a shutdown; then other workers start them again.
    pub deadline: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            concurrency: 4,
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            deadline: Duration::from_secs(20),
        }
    }
}

/// Runs jobs of the given kinds. Cheap to clone.
#[derive(Clone)]
pub struct Worker<C> {
    context: C,
    kinds: Arc<[Handler<C>]>,
    settings: Settings,
}

impl<C: AsRef<Platform> + Clone + Send + Sync + 'static> Worker<C> {
    pub fn new(context: C, kinds: &[Handler<C>], settings: Settings) -> Self {
        Self { context, kinds: kinds.into(), settings }
    }

    /// Works until `stop`; then lets running jobs finish, within the deadline. Failures are recorded with
    /// their job; failed statements are retried.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let (leave, _) = watch::channel(false);
        let mut under_way = JoinSet::new();
        let mut scheduled = false;
        tokio::pin!(stop);
        loop {
            scheduled = scheduled || logged("jobs.schedule", self.schedule().await).is_some();
            let free = self.settings.concurrency.saturating_sub(under_way.len());
            for job in self.claim(free).await {
                under_way.spawn(self.clone().conduct(job, leave.subscribe()));
            }
            let is_full = under_way.len() >= self.settings.concurrency;
            // Randomized, so that workers started together do not poll together.
            let pause = self.settings.poll.mul_f64(0.75 + dice() / 2.0);
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(_) = under_way.join_next() => {}
                () = self.platform().db.announced(), if !is_full => {}
                () = sleep(pause), if !is_full => {}
            }
        }
        let finish = async { while under_way.join_next().await.is_some() {} };
        if timeout(self.settings.deadline, finish).await.is_err() {
            tracing::warn!(
                jobs = under_way.len(),
                "shutdown deadline reached with running jobs; other workers will run them again"
            );
            leave.send_replace(true);
            while under_way.join_next().await.is_some() {}
        }
    }

    fn platform(&self) -> &Platform {
        self.context.as_ref()
    }

    /// Enqueues recurring jobs that do not exist.
    async fn schedule(&self) -> Result<(), Error> {
        let mut tx = self.platform().db.write();
        for job in self.kinds.iter().filter_map(|kind| kind.recurring) {
            enqueue(&mut tx, &self.platform().clock, job()).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn claim(&self, free: usize) -> Vec<Claimed> {
        if free == 0 {
            return Vec::new();
        }
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.name).collect();
        logged("jobs.claim", claim(self.platform(), &kinds, free, self.settings.lease).await)
            .unwrap_or_default()
    }

    /// Runs one job and records how it ended.
    async fn conduct(self, job: Claimed, leave: watch::Receiver<bool>) {
        let Some(kind) = self.kinds.iter().copied().find(|kind| kind.name == job.kind) else { return };
        let (id, attempt) = (job.id, job.attempt);
        let span = tracing::error_span!("job", kind = kind.name, %id, attempt, trace_id = %job.trace_id);
        async {
            let began = Instant::now();
            let outcome = self.attempt(kind, job, leave).await;
            let latency_ms = began.elapsed().as_millis();
            let Some(outcome) = outcome else { return tracing::info!(latency_ms, "job succeeded") };
            let ended = settle(self.platform(), id, attempt, outcome.clone(), kind.retry).await;
            let Some(settled) = logged("jobs.settle", ended) else { return };
            match &outcome {
                Outcome::Failed(failure) => tracing::warn!(latency_ms, ?failure, ?settled, "job failed"),
                Outcome::Cancelled | Outcome::GivenBack => {
                    tracing::info!(latency_ms, ?settled, "job stopped")
                }
            }
        }
        .instrument(span)
        .await;
    }

    /// Runs one job, in a task of its own so that a panic does not end the worker, and extends its lease.
    /// `None` if it succeeded.
    async fn attempt(
        &self,
        kind: Handler<C>,
        job: Claimed,
        mut leave: watch::Receiver<bool>,
    ) -> Option<Outcome> {
        if job.is_cancelling {
            return Some(Outcome::Cancelled);
        }
        let (id, number, lease) = (job.id, job.attempt, self.settings.lease);
        let attempt = Attempt::of(self.platform(), &job);
        // A set of one: unlike a plain task, it is aborted when dropped.
        let mut task = JoinSet::new();
        task.spawn((kind.run)(self.context.clone(), job.payload, attempt).in_current_span());
        let overdue = sleep(kind.timeout);
        let leaving = async move {
            // An error means that the worker is gone, so all jobs have to stop.
            let _ = leave.wait_for(|leave| *leave).await;
        };
        tokio::pin!(overdue, leaving);
        let mut held_until = Instant::now() + lease;
        let mut beat = interval_at(Instant::now() + lease / 3, lease / 3);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let stopped = loop {
            tokio::select! {
                Some(ended) = task.join_next() => return outcome(ended),
                () = &mut overdue => {
                    let seconds = kind.timeout.as_secs_f64();
                    break Outcome::Failed(Failure::Retry(format!("It took longer than {seconds} seconds.")));
                }
                () = &mut leaving => break Outcome::GivenBack,
                _ = beat.tick() => {
                    let asked = Instant::now();
                    match logged("jobs.hold", hold(self.platform(), id, number, lease).await) {
                        Some(Held::Yes) => held_until = asked + lease,
                        Some(Held::Cancelled) => break Outcome::Cancelled,
                        Some(Held::Lost) => break Outcome::Failed(Failure::LeaseLost),
                        // Once the last confirmed lease has expired, another worker may have the job.
                        None if Instant::now() >= held_until => break Outcome::Failed(Failure::LeaseLost),
                        None => {}
                    }
                }
            }
        };
        task.abort_all();
        match task.join_next().await {
            // It finished first.
            Some(Ok(Ok(Done { .. }))) => None,
            _ => Some(stopped),
        }
    }
}

fn outcome(ended: Result<Result<Done, Failure>, JoinError>) -> Option<Outcome> {
    match ended {
        Ok(Ok(Done { .. })) => None,
        Ok(Err(failure)) => Some(Outcome::Failed(failure)),
        // The message is in the log.
        Err(_) => Some(Outcome::Failed(Failure::Retry("It panicked; the log has more.".to_owned()))),
    }
}

/// The value, if it succeeded; errors are logged, and the call is repeated later.
fn logged<T, E: std::error::Error + 'static>(what: &str, result: Result<T, E>) -> Option<T> {
    result
        .inspect_err(|error| {
            tracing::warn!(
                what,
                error = error as &(dyn std::error::Error + 'static),
                "a statement of the worker failed"
            );
        })
        .ok()
}

//! Workers: lease due jobs, run several at a time, and extend their leases.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    task::{self, JoinError, JoinSet},
    time::{Instant, MissedTickBehavior, interval_at, sleep, timeout},
};
use tracing::Instrument;

use super::{
    Attempt, Claimed, Done, Error, Failure, FreeSlots, Handler, Held, Outcome, Queue, claim, enqueue, hold,
    kind::dice, pull_forward, settle,
};
use crate::Platform;

/// Options of a worker.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Number of concurrent jobs of each queue but that of webhooks.
    pub concurrency: usize,
    /// Number of concurrent deliveries to webhook endpoints. They mostly wait, and one endpoint gets one at a
    /// time: with a slot for each endpoint, an endpoint that hangs delays only its own deliveries.
    pub deliveries: usize,
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
            deliveries: 50,
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            deadline: Duration::from_secs(8),
        }
    }
}

impl Settings {
    const fn slots(&self, queue: Queue) -> usize {
        match queue {
            Queue::Payments | Queue::Maintenance => self.concurrency,
            Queue::Webhooks => self.deliveries,
        }
    }
}

/// The interval of looking for jobs that a wrong clock has postponed.
const CHECK_CLOCK: Duration = Duration::from_secs(60);

/// The jobs that a worker runs, and their queues.
#[derive(Default)]
struct Running {
    tasks: JoinSet<()>,
    queues: HashMap<task::Id, Queue>,
}

impl Running {
    fn start(&mut self, queue: Queue, job: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(job);
        self.queues.insert(task.id(), queue);
    }

    /// Waits for the end of one. `None` if there is none.
    async fn end_of_one(&mut self) -> Option<()> {
        let ended = self.tasks.join_next_with_id().await?;
        let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
        self.queues.remove(&id);
        Some(())
    }

    async fn end_of_all(&mut self) {
        while self.end_of_one().await.is_some() {}
    }

    fn free(&self, queue: Queue, settings: &Settings) -> usize {
        let taken = self.queues.values().filter(|of| **of == queue).count();
        settings.slots(queue).saturating_sub(taken)
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
        let mut running = Running::default();
        let mut scheduled = false;
        let mut clock_checked = None;
        tokio::pin!(stop);
        loop {
            scheduled = scheduled || logged("jobs.schedule", self.schedule().await).is_some();
            if clock_checked.is_none_or(|at: Instant| at.elapsed() >= CHECK_CLOCK) {
                clock_checked = Some(Instant::now());
                logged("jobs.pull_forward", pull_forward(self.platform()).await);
            }
            for (kind, job) in self.claim(&running).await {
                running.start(kind.queue, self.clone().conduct(kind, job, leave.subscribe()));
            }
            let is_full = Queue::ALL.iter().all(|queue| running.free(*queue, &self.settings) == 0);
            // Randomized, so that workers started together do not poll together.
            let pause = self.settings.poll.mul_f64(0.75 + dice() / 2.0);
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(()) = running.end_of_one() => {}
                () = self.platform().db.announced(), if !is_full => {}
                () = sleep(pause), if !is_full => {}
            }
        }
        if timeout(self.settings.deadline, running.end_of_all()).await.is_err() {
            tracing::warn!(
                jobs = running.tasks.len(),
                "shutdown deadline reached with running jobs; other workers will run them again"
            );
            leave.send_replace(true);
            running.end_of_all().await;
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

    /// Leases due jobs for the free slots of each queue.
    async fn claim(&self, running: &Running) -> Vec<(Handler<C>, Claimed)> {
        let free = |queue: &Queue| {
            let kinds = self.kinds.iter().filter(|kind| kind.queue == *queue).map(|kind| kind.name);
            let kinds: Vec<&str> = kinds.collect();
            let slots = running.free(*queue, &self.settings);
            (slots > 0 && !kinds.is_empty()).then(|| FreeSlots::new(*queue, &kinds, slots))
        };
        let free: Vec<FreeSlots> = Queue::ALL.iter().filter_map(free).collect();
        let claimed = logged("jobs.claim", claim(self.platform(), &free, self.settings.lease).await);
        let with_kind = |job: Claimed| {
            let kind = self.kinds.iter().copied().find(|kind| kind.name == job.kind)?;
            Some((kind, job))
        };
        claimed.unwrap_or_default().into_iter().filter_map(with_kind).collect()
    }

    /// Runs one job and records how it ended.
    async fn conduct(self, kind: Handler<C>, job: Claimed, leave: watch::Receiver<bool>) {
        let (id, attempt) = (job.id, job.attempt);
        let span = tracing::error_span!("job", kind = kind.name, %id, attempt, trace_id = %job.trace_id);
        async {
            let began = Instant::now();
            let outcome = self.attempt(kind, job, leave).await;
            let latency_ms = began.elapsed().as_millis();
            let Some(outcome) = outcome else {
                // Recurring jobs succeed all the time: at the default level they would bury everything else.
                return match kind.recurring {
                    Some(_) => tracing::debug!(latency_ms, "job succeeded"),
                    None => tracing::info!(latency_ms, "job succeeded"),
                };
            };
            if let Outcome::Failed(failure @ Failure::Recorded(_)) = &outcome {
                return tracing::warn!(latency_ms, ?failure, "job failed");
            }
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

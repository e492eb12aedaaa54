//! Queues have slots of their own, and lanes in the queue of webhooks are claimed lane by lane.

use std::time::Duration;

use frontdesk_domain::{
    Domain,
    jobs::{
        self, Attempt, BackgroundJob, Done, Failure, FreeSlots, Handler, Job, Outcome, Queue, Settings,
        Worker,
    },
};
use frontdesk_model::{JobId, jobs::JobState};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::{LEASE, RETRY};
use crate::support::{TestDomain, enqueue, eventually, job};

both! {
    jobs_that_hang_in_one_queue_delay_no_other,
    of_each_lane_one_job_is_claimed_whatever_waits_in_it,
    an_expired_lease_is_noticed_in_every_queue,
}

/// A payment that is processed at once.
#[derive(Serialize, Deserialize)]
struct Pay {}

impl BackgroundJob for Pay {
    type Context = Domain;

    const NAME: &'static str = "test.pay";
    const QUEUE: Queue = Queue::Payments;

    async fn run(self, _: &Domain, attempt: Attempt) -> Result<Done, Failure> {
        attempt.done().await
    }
}

/// A delivery that never ends.
#[derive(Serialize, Deserialize)]
struct Notify {}

impl BackgroundJob for Notify {
    type Context = Domain;

    const NAME: &'static str = "test.notify";
    const QUEUE: Queue = Queue::Webhooks;

    async fn run(self, _: &Domain, _: Attempt) -> Result<Done, Failure> {
        std::future::pending().await
    }
}

/// Maintenance that never ends.
#[derive(Serialize, Deserialize)]
struct Tidy {}

impl BackgroundJob for Tidy {
    type Context = Domain;

    const NAME: &'static str = "test.tidy";

    async fn run(self, _: &Domain, _: Attempt) -> Result<Done, Failure> {
        std::future::pending().await
    }
}

fn to(lane: u32) -> Job {
    Job::new(&Notify {}).lane(&format!("webhook:{lane}"))
}

async fn claim(domain: &TestDomain, queue: Queue, at_most: usize) -> Vec<JobId> {
    let free = [FreeSlots::new(queue, &["test.pay", "test.notify", "test.tidy"], at_most)];
    jobs::claim(domain, &free, LEASE).await.unwrap().into_iter().map(|job| job.id).collect()
}

async fn jobs_that_hang_in_one_queue_delay_no_other(domain: TestDomain) {
    for number in 0..9 {
        enqueue(&domain, Job::new(&Tidy {})).await;
        enqueue(&domain, to(number)).await;
    }
    let settings = Settings {
        concurrency: 2,
        deliveries: 3,
        poll: Duration::from_millis(20),
        deadline: Duration::ZERO,
        ..Settings::default()
    };
    let kinds = [Handler::of::<Pay>(), Handler::of::<Notify>(), Handler::of::<Tidy>()];
    let worker = Worker::new((*domain).clone(), &kinds, settings);
    let (stop, stopped) = oneshot::channel::<()>();
    let run = tokio::spawn(async move { worker.run(async { drop(stopped.await) }).await });
    let running = async |kind: &'static str| {
        let text = match kind {
            "test.tidy" => "SELECT count(*) FROM jobs WHERE state = 'running' AND kind = 'test.tidy'",
            _ => "SELECT count(*) FROM jobs WHERE state = 'running' AND kind = 'test.notify'",
        };
        domain.count(text).await
    };
    eventually(async || match (running("test.tidy").await, running("test.notify").await) {
        (2, 3) => Ok(()),
        other => Err(other),
    })
    .await;
    for _ in 0..5 {
        let id = enqueue(&domain, Job::new(&Pay {})).await.unwrap();
        eventually(async || match job(&domain, id).await.summary.state {
            JobState::Succeeded => Ok(()),
            other => Err(other),
        })
        .await;
    }
    assert_eq!((running("test.tidy").await, running("test.notify").await), (2, 3), "and no more of them");
    stop.send(()).unwrap();
    run.await.unwrap();
}

async fn of_each_lane_one_job_is_claimed_whatever_waits_in_it(domain: TestDomain) {
    let mut firsts = Vec::new();
    for lane in 0..3 {
        firsts.push(enqueue(&domain, to(lane)).await.unwrap());
        for _ in 0..20 {
            enqueue(&domain, to(lane)).await;
        }
    }
    // Later, and in another queue.
    enqueue(&domain, to(4).at(domain.clock.now().plus_seconds(60))).await;
    enqueue(&domain, Job::new(&Tidy {}).lane("webhook:5")).await;
    let mut claimed = claim(&domain, Queue::Webhooks, 2).await;
    assert_eq!(claimed.len(), 2);
    claimed.extend(claim(&domain, Queue::Webhooks, 50).await);
    claimed.sort_unstable_by_key(|id| id.0);
    assert_eq!(claimed, firsts);
    let before = domain.db.statements();
    assert_eq!(claim(&domain, Queue::Webhooks, 50).await, []);
    assert_eq!(domain.db.statements() - before, 1, "a backlog behind running jobs needs no write");

    // A job that failed lets the next of its lane pass.
    let again = domain.clock.now().plus_seconds(300);
    let failed = Outcome::Failed(Failure::RetryAt { at: again, why: "It was answered with 500.".to_owned() });
    jobs::settle(&domain, firsts[1], 1, failed, RETRY).await.unwrap();
    let next = claim(&domain, Queue::Webhooks, 50).await;
    assert_eq!(next.len(), 1);
    assert!(!firsts.contains(&next[0]));
}

async fn an_expired_lease_is_noticed_in_every_queue(domain: TestDomain) {
    let jobs = [
        (Queue::Payments, Job::new(&Pay {})),
        (Queue::Webhooks, to(1)),
        (Queue::Maintenance, Job::new(&Tidy {})),
    ];
    for (queue, new) in jobs {
        let id = enqueue(&domain, new).await.unwrap();
        assert_eq!(claim(&domain, queue, 1).await, [id]);
        assert_eq!(claim(&domain, queue, 1).await, []);
        domain.clock.advance(31);
        assert_eq!(claim(&domain, queue, 1).await, [id]);
        assert_eq!(job(&domain, id).await.summary.attempts, 2);
    }
}

//! Workers at work: by real time, since that is what they wait by.

use std::time::Duration;

use frontdesk_domain::{
    Domain,
    jobs::{self, Cancelled, Handler, Job, Settings, Worker},
};
use frontdesk_model::{
    JobId,
    jobs::{JobState, OneJob},
};
use tokio::{sync::oneshot, task::JoinHandle, time::sleep};

use super::kinds::{Append, Crowd, KINDS, Misbehave, Tick, lines, lines_table};
use crate::support::{TestDomain, enqueue, eventually, job, nothing_is_due, work};

both! {
    workers_beside_each_other_do_each_job_once,
    a_job_is_begun_right_behind_the_commit,
    a_worker_runs_so_many_at_a_time_and_no_more,
    a_panic_and_a_job_that_takes_too_long_are_failures,
    a_job_that_runs_and_is_called_off_is_stopped,
    a_worker_that_leaves_finishes_what_it_can_and_gives_back_the_rest,
    what_recurs_is_there_once_whoever_starts,
}

const SETTINGS: Settings = Settings {
    concurrency: 4,
    deliveries: 50,
    lease: Duration::from_millis(900),
    poll: Duration::from_millis(20),
    deadline: Duration::from_secs(5),
};

/// A worker that stops when it is told to.
fn begin(
    domain: &TestDomain,
    kinds: &[Handler<Domain>],
    settings: Settings,
) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel();
    let worker = Worker::new((**domain).clone(), kinds, settings);
    let run = tokio::spawn(async move { worker.run(async { drop(stopped.await) }).await });
    (stop, run)
}

async fn is_in(domain: &TestDomain, id: JobId, state: JobState) {
    eventually(async || {
        let job = job(domain, id).await;
        if job.summary.state == state { Ok(()) } else { Err(job) }
    })
    .await;
}

async fn workers_beside_each_other_do_each_job_once(domain: TestDomain) {
    lines_table(&domain).await;
    for line in 0..30 {
        enqueue(&domain, Job::new(&Append::line(line))).await;
    }
    let other = domain.beside(|_| ()).await;
    let workers = [begin(&domain, &KINDS, SETTINGS), begin(&other, &KINDS, SETTINGS)];
    for line in 30..50 {
        enqueue(&domain, Job::new(&Append::line(line))).await;
    }
    nothing_is_due(&domain).await;
    for (stop, worker) in workers {
        stop.send(()).unwrap();
        worker.await.unwrap();
    }
    other.db.close().await;
    assert_eq!(lines(&domain).await, (0..50).collect::<Vec<_>>());
    assert_eq!(
        domain.count("SELECT count(*) FROM jobs WHERE state = 'succeeded' AND attempts = 1").await,
        50
    );
}

async fn a_job_is_begun_right_behind_the_commit(domain: TestDomain) {
    lines_table(&domain).await;
    let (stop, worker) = begin(&domain, &KINDS, Settings { poll: Duration::from_secs(3_600), ..SETTINGS });
    sleep(Duration::from_millis(100)).await;
    for line in 0..3 {
        let id = enqueue(&domain, Job::new(&Append::line(line))).await.unwrap();
        is_in(&domain, id, JobState::Succeeded).await;
    }
    stop.send(()).unwrap();
    worker.await.unwrap();
}

async fn a_worker_runs_so_many_at_a_time_and_no_more(domain: TestDomain) {
    let test = match domain.db.dialect() {
        frontdesk_domain::db::Dialect::Sqlite => 0,
        frontdesk_domain::db::Dialect::Postgres => 1,
    };
    for _ in 0..12 {
        enqueue(&domain, Job::new(&Crowd { test })).await;
    }
    let (stop, worker) = begin(&domain, &KINDS, Settings { concurrency: 3, ..SETTINGS });
    nothing_is_due(&domain).await;
    stop.send(()).unwrap();
    worker.await.unwrap();
    let most = Crowd::most(test);
    assert!((2..=3).contains(&most), "{most}");
}

async fn a_panic_and_a_job_that_takes_too_long_are_failures(domain: TestDomain) {
    let panics = enqueue(&domain, Job::new(&Misbehave::Panic)).await.unwrap();
    let hangs = enqueue(&domain, Job::new(&Misbehave::Hang)).await.unwrap();
    let in_time = enqueue(&domain, Job::new(&Misbehave::TakeLong(10))).await.unwrap();
    let later = domain.clock.now().plus_seconds(5_000);
    let waits = enqueue(&domain, Job::new(&Misbehave::AskForAnotherTime(later.micros()))).await.unwrap();
    work(&domain, &KINDS).await;
    for (id, error) in [
        (panics, "It panicked; the log has more."),
        (hangs, "It took longer than 1.5 seconds."),
        (waits, "It asked to come back."),
    ] {
        let there = job(&domain, id).await.summary;
        assert_eq!((there.state, there.attempts), (JobState::Waiting, 1));
        assert_eq!(there.last_error.as_deref(), Some(error));
    }
    assert_eq!(job(&domain, waits).await.summary.next_attempt_at, Some(later));
    assert_eq!(job(&domain, in_time).await.summary.state, JobState::Succeeded);
}

async fn a_job_that_runs_and_is_called_off_is_stopped(domain: TestDomain) {
    let id = enqueue(&domain, Job::new(&Misbehave::Hang)).await.unwrap();
    let (stop, worker) = begin(&domain, &KINDS, SETTINGS);
    is_in(&domain, id, JobState::Running).await;
    let called_off = jobs::cancel(&domain.system(), OneJob { id }).await.unwrap();
    assert_eq!(called_off, Cancelled::Asked);
    is_in(&domain, id, JobState::Cancelled).await;
    let there = job(&domain, id).await;
    assert_eq!((there.summary.attempts, there.failures.len()), (1, 0), "before its time was over");
    stop.send(()).unwrap();
    worker.await.unwrap();
}

async fn a_worker_that_leaves_finishes_what_it_can_and_gives_back_the_rest(domain: TestDomain) {
    let quick = enqueue(&domain, Job::new(&Misbehave::TakeLong(300))).await.unwrap();
    let slow = enqueue(&domain, Job::new(&Misbehave::Hang)).await.unwrap();
    let (stop, worker) =
        begin(&domain, &KINDS, Settings { deadline: Duration::from_millis(700), ..SETTINGS });
    is_in(&domain, slow, JobState::Running).await;
    is_in(&domain, quick, JobState::Running).await;
    stop.send(()).unwrap();
    worker.await.unwrap();
    assert_eq!(job(&domain, quick).await.summary.state, JobState::Succeeded);
    let there = job(&domain, slow).await;
    assert_eq!((there.summary.state, there.summary.last_attempt), (JobState::Waiting, 4));
    assert_eq!((there.summary.next_attempt_at, there.failures.len()), (Some(domain.clock.now()), 0));
}

async fn what_recurs_is_there_once_whoever_starts(domain: TestDomain) {
    let kinds = [Handler::recurring::<Tick>()];
    for ran in 1..=3 {
        work(&domain, &kinds).await;
        work(&domain, &kinds).await;
        assert_eq!(domain.count("SELECT count(*) FROM jobs WHERE state = 'waiting'").await, 1);
        assert_eq!(domain.count("SELECT count(*) FROM jobs WHERE state = 'succeeded'").await, ran);
        domain.clock.advance(3_600);
    }
}

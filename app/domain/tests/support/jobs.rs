//! Jobs, written down and done.

use std::time::Duration;

use frontdesk_domain::{
    Domain,
    db::Sql,
    jobs::{self, Handler, Job, Settings, Worker},
    params,
};
use frontdesk_model::JobId;
use tokio::time::sleep;

use super::{TestDomain, eventually, in_time};

/// Enqueues a job that has no other cause.
pub async fn enqueue(domain: &TestDomain, job: Job) -> Option<JobId> {
    let mut tx = domain.db.write();
    let id = jobs::enqueue(&mut tx, &domain.clock, job).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// A job as it is now.
pub async fn job(domain: &TestDomain, id: JobId) -> frontdesk_model::jobs::Job {
    jobs::get(&domain.system(), id).await.unwrap()
}

/// Has a worker do all that is due.
pub async fn work(domain: &TestDomain, kinds: &[Handler<Domain>]) {
    let settings = Settings { poll: Duration::from_millis(10), ..Settings::default() };
    let worker = Worker::new((**domain).clone(), kinds, settings);
    let done = worker.run(async {
        // The worker enqueues what recurs before it looks for anything.
        sleep(Duration::from_millis(50)).await;
        nothing_is_due(domain).await;
    });
    in_time(done).await;
}

/// Waits until no job is due and none is under way.
pub async fn nothing_is_due(domain: &TestDomain) {
    const OPEN: Sql =
        Sql::new("test.open", "SELECT count(*) FROM jobs WHERE state = 'running' OR due_at <= $1");
    eventually(async || match domain.db.one::<(i64,)>(OPEN, params![domain.clock.now()]).await.unwrap().0 {
        0 => Ok(()),
        some => Err(format!("{some} jobs are open")),
    })
    .await;
}

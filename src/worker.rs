//! Runs the background jobs.

use frontdesk_domain::{
    Domain, background_jobs,
    jobs::{Settings, Worker},
};

use crate::shutdown::Shutdown;

/// Works until `shutdown` begins; then finishes what is under way, within the deadline.
pub async fn run(domain: Domain, settings: Settings, shutdown: Shutdown) {
    let jobs = background_jobs();
    let kinds: Vec<&str> = jobs.iter().map(|kind| kind.name).collect();
    tracing::info!(
        concurrency = settings.concurrency,
        deliveries = settings.deliveries,
        kinds = kinds.join(" "),
        "working on jobs"
    );
    Worker::new(domain, &jobs, settings).run(shutdown.begun()).await;
    tracing::info!("no job is under way");
}

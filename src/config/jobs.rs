//! Options of jobs and webhooks.

use std::time::Duration;

use clap::Args;
use frontdesk_domain::jobs::Settings;

use super::duration;

const JOBS: &str = "Jobs";

/// Options of jobs and webhooks.
#[derive(Args, Clone, Debug)]
pub struct Jobs {
    /// Leave jobs to `frontdesk worker`
    #[arg(long, env = "FRONTDESK_NO_JOBS", value_parser = clap::builder::FalseyValueParser::new())]
    #[arg(global = true, help_heading = JOBS)]
    pub no_jobs: bool,

    /// Jobs that one process works on at the same time, in each queue: payments and refunds are one,
    /// maintenance is another
    #[arg(long, env = "FRONTDESK_JOB_CONCURRENCY", value_name = "NUMBER", default_value_t = 4)]
    #[arg(global = true, help_heading = JOBS, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub job_concurrency: u16,

    /// Deliveries to webhooks that one process works on at the same time, one for each webhook
    #[arg(long, env = "FRONTDESK_WEBHOOK_CONCURRENCY", value_name = "NUMBER", default_value_t = 50)]
    #[arg(global = true, help_heading = JOBS, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub webhook_concurrency: u16,

    /// How long after a worker was last heard of another takes over its jobs
    #[arg(long, env = "FRONTDESK_JOB_LEASE", value_name = "TIME", default_value = "30s")]
    #[arg(global = true, help_heading = JOBS, value_parser = duration::parse)]
    pub job_lease: Duration,

    /// Let webhooks lead into private networks and be without HTTPS, for development
    #[arg(long, env = "FRONTDESK_ALLOW_PRIVATE_WEBHOOKS")]
    #[arg(global = true, help_heading = JOBS, value_parser = clap::builder::FalseyValueParser::new())]
    pub allow_private_webhooks: bool,
}

impl Jobs {
    /// Options of the worker, which has until `deadline` to finish after the shutdown has begun.
    pub(super) fn settings(&self, deadline: Duration) -> Settings {
        Settings {
            concurrency: usize::from(self.job_concurrency),
            deliveries: usize::from(self.webhook_concurrency),
            lease: self.job_lease,
            deadline,
            ..Settings::default()
        }
    }
}

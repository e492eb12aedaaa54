//! Background jobs, as staff and programs see them.

mod forms;
mod job;
mod kind;
mod query;
pub(crate) mod worker;

pub use forms::OneJob;
pub use job::{Job, JobFailure, JobState, JobSummary};
pub use kind::{JobKind, MAX_KIND};
pub use query::JobsQuery;

use crate::{audit::actions, permission::permissions};

permissions! {
    JOBS_READ = "jobs:read", "See jobs", [Admin, Auditor];
    JOBS_MANAGE = "jobs:manage", "Run jobs again, and call them off", [Admin];
}

actions! {
    JOB_RERUN = "job.rerun", "had a job run again", Other;
    JOB_CANCELLED = "job.cancelled", "called off a job", Other;
}

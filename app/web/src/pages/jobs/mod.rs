//! Background jobs.

pub mod job;
pub mod list;
pub mod parts;

use frontdesk_model::{Permission, urls};

use crate::{
    feature::{Feature, NavigationEntry},
    flash::Flash,
};

pub const JOB_RERUN: Flash = Flash::new("job-rerun", "The job is next in line.");
pub const JOB_CANCELLED: Flash = Flash::new("job-cancelled", "Job called off.");
pub const JOB_STOPPING: Flash =
    Flash::new("job-stopping", "The worker that has it is asked to stop, and does so in a few seconds.");

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "jobs",
    pages: &[urls::JOBS.path(), urls::JOB.template()],
    forms: &[job::RERUN_JOB, job::CANCEL_JOB],
    navigation: &[NavigationEntry {
        url: urls::JOBS,
        label: "Jobs",
        permission: Some(Permission::JOBS_READ),
    }],
    flashes: &[JOB_RERUN, JOB_CANCELLED, JOB_STOPPING],
};

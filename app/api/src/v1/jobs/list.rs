//! `GET /api/v1/jobs`.

use frontdesk_domain::jobs;
use frontdesk_model::{
    Page, Permission, Problem,
    jobs::{JobSummary, JobsQuery},
};

use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("jobs.list", "/jobs", list)
        .about(
            "List jobs",
            "A page of jobs, the newest first. What a job works with is never shown: it may tell about people.",
        )
        .needs(Permission::JOBS_READ)
}

async fn list(call: Call, query: JobsQuery) -> Result<Page<JobSummary>, Problem> {
    Ok(jobs::list(&call, &query).await?)
}

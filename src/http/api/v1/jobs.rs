//! `/api/v1/jobs`: what is done in the background.

use frontdesk_domain::jobs;
use frontdesk_model::{
    Code, Page, Permission, Problem,
    audit::Action,
    forms::OneJob,
    job::{Job, JobSummary},
    query::JobsQuery,
};

use crate::http::api::{
    answer::{Item, Nothing},
    call::Call,
    operation::Route,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("jobs.list", "/jobs", list)
            .about(
                "List jobs",
                "A page of jobs, the newest first. What a job works with is never shown: it may tell about people.",
            )
            .needs(Permission::JobsRead),
        Route::get("jobs.read", "/jobs/{id}", read)
            .about("Read a job", "One job, with its latest failures.")
            .needs(Permission::JobsRead),
        Route::post("jobs.rerun", "/jobs/{id}/rerun", rerun)
            .about(
                "Run a job again",
                "Has a job run at once: one that waits need not wait, one that is dead or was called off is begun anew. \
                 What has succeeded is never done again.",
            )
            .needs(Permission::JobsManage)
            .audits(&[Action::JobRerun])
            .refuses(&[Code::WrongState]),
        Route::post("jobs.cancel", "/jobs/{id}/cancel", cancel)
            .about(
                "Call a job off",
                "One that waits is not run. One that runs is asked to stop: read it again to see whether it has.",
            )
            .needs(Permission::JobsManage)
            .audits(&[Action::JobCancelled])
            .refuses(&[Code::WrongState]),
    ]
}

async fn list(call: Call, query: JobsQuery) -> Result<Page<JobSummary>, Problem> {
    Ok(jobs::list(&call.domain, &call.actor, &query).await?)
}

async fn read(call: Call, of: OneJob) -> Result<Item<Job>, Problem> {
    Ok(Item(jobs::get(&call.domain, &call.actor, of.id).await?))
}

async fn rerun(call: Call, form: OneJob) -> Result<Nothing, Problem> {
    jobs::rerun(&call.domain, &call.actor, form).await?;
    Ok(Nothing)
}

async fn cancel(call: Call, form: OneJob) -> Result<Nothing, Problem> {
    jobs::cancel(&call.domain, &call.actor, form).await?;
    Ok(Nothing)
}

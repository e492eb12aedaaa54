//! `POST /api/v1/jobs/{id}/rerun`.

use frontdesk_domain::jobs;
use frontdesk_model::{Code, Permission, Problem, audit::Action, jobs::OneJob};

use crate::{answer::Nothing, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("jobs.rerun", "/jobs/{id}/rerun", rerun)
        .about(
            "Run a job again",
            "Has a job run at once: one that waits need not wait, one that is dead or was called off is begun anew. \
             What has succeeded is never done again.",
        )
        .needs(Permission::JOBS_MANAGE)
        .audits(&[Action::JOB_RERUN])
        .refuses(&[Code::WrongState])
}

async fn rerun(call: Call, form: OneJob) -> Result<Nothing, Problem> {
    jobs::rerun(&call, form).await?;
    Ok(Nothing)
}

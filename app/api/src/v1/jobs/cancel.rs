//! `POST /api/v1/jobs/{id}/cancel`.

use frontdesk_domain::jobs;
use frontdesk_model::{Code, Permission, Problem, audit::Action, jobs::OneJob};

use crate::{answer::Nothing, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("jobs.cancel", "/jobs/{id}/cancel", cancel)
        .about(
            "Call a job off",
            "One that waits is not run. One that runs is asked to stop: read it again to see whether it has.",
        )
        .needs(Permission::JOBS_MANAGE)
        .audits(&[Action::JOB_CANCELLED])
        .refuses(&[Code::WrongState])
}

async fn cancel(call: Call, form: OneJob) -> Result<Nothing, Problem> {
    jobs::cancel(&call, form).await?;
    Ok(Nothing)
}

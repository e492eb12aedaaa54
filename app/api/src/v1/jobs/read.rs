//! `GET /api/v1/jobs/{id}`.

use frontdesk_domain::jobs;
use frontdesk_model::{
    Permission, Problem,
    jobs::{Job, OneJob},
};

use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("jobs.read", "/jobs/{id}", read)
        .about("Read a job", "One job, with its latest failures.")
        .needs(Permission::JOBS_READ)
}

async fn read(call: Call, of: OneJob) -> Result<Item<Job>, Problem> {
    Ok(Item(jobs::get(&call, of.id).await?))
}

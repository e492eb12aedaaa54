//! Use cases of staff and programs about jobs.

use frontdesk_model::{
    JobId, Page, Permission,
    audit::Action,
    forms::OneJob,
    job::{Job, JobState, JobSummary},
    page::Key,
    query::JobsQuery,
};

use super::{
    Error,
    lease::label,
    store::{self, JobRow, LIST},
};
use crate::{
    Platform,
    actor::Actor,
    audit::{self, Entry},
    db,
    list::Walk,
    params,
};

/// A page of jobs, newest first.
///
/// # Errors
/// [`Error::Denied`] without `jobs:read`.
#[tracing::instrument(name = "jobs.list", skip_all)]
pub async fn list(platform: &Platform, actor: &Actor, query: &JobsQuery) -> Result<Page<JobSummary>, Error> {
    actor.require(Permission::JobsRead)?;
    let list = list_name(query);
    let cursor = LIST.cursor(query.cursor.as_deref(), &list, "created").map_err(|_| Error::ForeignCursor)?;
    let limit = query.limit.unwrap_or_default();
    let walk = walk(query).sorted("created", true).from(cursor.as_ref()).limit(limit);
    let rows: Vec<JobRow> = LIST.read(&platform.db, walk).await?;
    let jobs = rows.into_iter().map(|row| row.job().0).collect();
    Ok(Page::of_probe(jobs, limit, &list, cursor.as_ref(), |job: &JobSummary| (Key::Number(0), job.id.0)))
}

fn walk(query: &JobsQuery) -> Walk {
    let (state, kind) =
        (query.state.map(|state| state.as_str()), query.kind.as_ref().map(|kind| kind.as_str()));
    match (state, kind) {
        (None, None) => Walk::of("all", params![]),
        (Some(state), None) => Walk::of("state", params![state]),
        (None, Some(kind)) => Walk::of("kind", params![kind]),
        (Some(state), Some(kind)) => Walk::of("state.kind", params![state, kind]),
    }
}

/// Reads a job, with its latest failures.
///
/// # Errors
/// [`Error::Denied`] without `jobs:read`; [`Error::NoSuchJob`].
#[tracing::instrument(name = "jobs.get", skip_all)]
pub async fn get(platform: &Platform, actor: &Actor, id: JobId) -> Result<Job, Error> {
    actor.require(Permission::JobsRead)?;
    let (summary, trace_id) = store::by_id(&platform.db, id).await?.ok_or(Error::NoSuchJob)?;
    let failures = store::failures(&platform.db, id).await?;
    Ok(Job { summary, trace_id, failures })
}

/// Runs a job at once: a waiting one skips its delay, a dead or cancelled one gets its full number of
/// attempts again. A succeeded job is never run again.
///
/// # Errors
/// [`Error::Denied`] without `jobs:manage`; [`Error::NoSuchJob`]; [`Error::WrongState`].
#[tracing::instrument(name = "jobs.rerun", skip_all)]
pub async fn rerun(platform: &Platform, actor: &Actor, form: OneJob) -> Result<(), Error> {
    actor.require(Permission::JobsManage)?;
    let mut tx = platform.begin(actor).await?;
    let (job, _) = store::by_id_now(&mut tx, form.id).await?.ok_or(Error::NoSuchJob)?;
    if !job.can_rerun() {
        return Err(Error::WrongState("Only a job that waits, is dead or was called off can be run."));
    }
    let again = store::rerun(&mut tx, form.id, job.state, platform.clock.now()).await;
    // Another job with its unique key exists meanwhile, such as its successor.
    let taken = Error::WrongState("Another one like it is waiting or running already.");
    if !again.map_err(|error| if error.is_conflict() { taken } else { error.into() })? {
        return Err(Error::WrongState(FASTER));
    }
    tx.announce();
    let entry = Entry::new(Action::JobRerun).about(label(&job.kind, form.id)).changed(
        "state",
        Some(job.state.as_str()),
        Some(JobState::Waiting.as_str()),
    );
    audit::append(&mut tx, &platform.clock, actor, entry).await?;
    Ok(tx.commit().await?)
}

/// Result of a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// Cancelled.
    Now,
    /// The worker is asked to stop, and notices when it next extends its lease. If the job has succeeded
    /// by then, it stays succeeded.
    Asked,
}

/// Cancels a job: a waiting one does not run, a running one is stopped, a dead one no longer needs
/// attention.
///
/// # Errors
/// [`Error::Denied`] without `jobs:manage`; [`Error::NoSuchJob`]; [`Error::WrongState`].
#[tracing::instrument(name = "jobs.cancel", skip_all)]
pub async fn cancel(platform: &Platform, actor: &Actor, form: OneJob) -> Result<Cancelled, Error> {
    actor.require(Permission::JobsManage)?;
    let mut tx = platform.begin(actor).await?;
    let (job, _) = store::by_id_now(&mut tx, form.id).await?.ok_or(Error::NoSuchJob)?;
    if !job.can_cancel() {
        return Err(Error::WrongState(match job.state {
            JobState::Running => "Its worker has been asked to stop already.",
            _ => "Only a job that is not over can be called off.",
        }));
    }
    let now = platform.clock.now();
    let is_running = job.state == JobState::Running;
    let done = if is_running {
        store::ask_to_stop(&mut tx, form.id, now).await?
    } else {
        store::cancel(&mut tx, form.id, job.state, now).await?
    };
    if !done {
        return Err(Error::WrongState(FASTER));
    }
    // Cancels only this run of a recurring job, not its successors. A dead one has its successor already.
    if job.state == JobState::Waiting && job.repeat_every.is_some() {
        store::repeat(&mut tx, form.id, JobId(platform.clock.id_at(now)), now).await?;
    }
    let entry = Entry::new(Action::JobCancelled).about(label(&job.kind, form.id)).changed(
        "state",
        Some(job.state.as_str()),
        (!is_running).then_some(JobState::Cancelled.as_str()),
    );
    audit::append(&mut tx, &platform.clock, actor, entry).await?;
    tx.commit().await?;
    Ok(if is_running { Cancelled::Asked } else { Cancelled::Now })
}

/// A worker has taken or ended the job between two statements.
const FASTER: &str = "It has just changed. Look at it again.";

/// Number of dead jobs, up to `at_most`.
pub async fn count_dead(platform: &Platform, at_most: i64) -> Result<i64, db::Error> {
    store::count(&platform.db, JobState::Dead, at_most).await
}

/// Name of the list with its filters, so that a cursor is valid only in the list that it came from.
fn list_name(query: &JobsQuery) -> String {
    let filters = JobsQuery { limit: None, cursor: None, ..query.clone() };
    format!("jobs:{}", serde_json::to_string(&filters).unwrap_or_default())
}

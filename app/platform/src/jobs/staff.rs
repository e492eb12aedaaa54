//! Use cases of staff and programs about jobs.

use frontdesk_model::{
    JobId, Page, Permission,
    audit::Action,
    jobs::{Job, JobKind, JobState, JobSummary, JobsQuery, OneJob},
    page::Key,
};

use super::{
    Error,
    lease::label,
    store::{self, JobRow, LIST},
};
use crate::{
    Context, Platform,
    audit::{self, Entry},
    db::{self, Tx},
    list::{By, Walk},
    params,
};

/// A page of jobs, newest first.
///
/// # Errors
/// [`Error::Denied`] without `jobs:read`.
#[tracing::instrument(name = "jobs.list", skip_all)]
pub async fn list<S: AsRef<Platform>>(
    ctx: &Context<S>,
    query: &JobsQuery,
) -> Result<Page<JobSummary>, Error> {
    ctx.actor.require(Permission::JOBS_READ)?;
    let list = list_name(query);
    let cursor = LIST.cursor(query.cursor.as_deref(), &list, "created").map_err(|_| Error::ForeignCursor)?;
    let limit = query.limit.unwrap_or_default();
    let walk =
        walk(query).sorted("created", true).within(&query.created, By::Id).from(cursor.as_ref()).limit(limit);
    let rows: Vec<JobRow> = LIST.read(&ctx.platform().db, walk).await?;
    let jobs = rows.into_iter().map(|row| row.job().0).collect();
    Ok(Page::of_probe(jobs, limit, &list, cursor.as_ref(), |job: &JobSummary| (Key::Number(0), job.id.0)))
}

fn walk(query: &JobsQuery) -> Walk {
    let text = |state: JobState| state.as_str();
    match (query.state.values(), query.kind.as_ref().map(JobKind::as_str)) {
        ([], None) => Walk::of("all", params![]),
        ([state], None) => Walk::of("state", params![state.as_str()]),
        (_, None) => Walk::of_any(&query.state, text, |state| ("states", params![state])),
        ([], Some(kind)) => Walk::of("kind", params![kind]),
        ([state], Some(kind)) => Walk::of("state.kind", params![state.as_str(), kind]),
        (_, Some(kind)) => Walk::of_any(&query.state, text, |state| ("states.kind", params![state, kind])),
    }
}

/// Reads a job, with its latest failures.
///
/// # Errors
/// [`Error::Denied`] without `jobs:read`; [`Error::NoSuchJob`].
#[tracing::instrument(name = "jobs.get", skip_all)]
pub async fn get<S: AsRef<Platform>>(ctx: &Context<S>, id: JobId) -> Result<Job, Error> {
    ctx.actor.require(Permission::JOBS_READ)?;
    let db = &ctx.platform().db;
    let (summary, trace_id) = store::by_id(db, id).await?.ok_or(Error::NoSuchJob)?;
    let failures = store::failures(db, id).await?;
    Ok(Job { summary, trace_id, failures })
}

/// Runs a job at once: a waiting one skips its delay, a dead or cancelled one gets its full number of
/// attempts again. A succeeded job is never run again.
///
/// # Errors
/// [`Error::Denied`] without `jobs:manage`; [`Error::NoSuchJob`]; [`Error::WrongState`].
#[tracing::instrument(name = "jobs.rerun", skip_all)]
pub async fn rerun<S: AsRef<Platform>>(ctx: &Context<S>, form: OneJob) -> Result<(), Error> {
    let mut tx = ctx.begin();
    rerun_in(ctx, &mut tx, form).await?;
    Ok(tx.commit().await?)
}

/// As [`rerun()`], in the caller's transaction.
///
/// # Errors
/// As [`rerun()`].
pub async fn rerun_in<S: AsRef<Platform>>(ctx: &Context<S>, tx: &mut Tx, form: OneJob) -> Result<(), Error> {
    ctx.actor.require(Permission::JOBS_MANAGE)?;
    let (job, _) = store::by_id(&mut *tx, form.id).await?.ok_or(Error::NoSuchJob)?;
    if !job.can_rerun() {
        return Err(Error::WrongState("Only a job that waits, is dead or was called off can be run."));
    }
    let again = store::rerun(tx, form.id, job.state, ctx.platform().clock.now()).await;
    // Another job with its unique key exists meanwhile, such as its successor.
    let taken = Error::WrongState("Another one like it is waiting or running already.");
    if !again.map_err(|error| if error.is_conflict() { taken } else { error.into() })? {
        return Err(Error::WrongState(FASTER));
    }
    tx.announce();
    let entry = Entry::new(Action::JOB_RERUN).about(label(&job.kind, form.id)).changed(
        "state",
        Some(job.state.as_str()),
        Some(JobState::Waiting.as_str()),
    );
    audit::append(ctx, tx, entry).await?;
    Ok(())
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
pub async fn cancel<S: AsRef<Platform>>(ctx: &Context<S>, form: OneJob) -> Result<Cancelled, Error> {
    let mut tx = ctx.begin();
    let cancelled = cancel_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(cancelled)
}

/// As [`cancel()`], in the caller's transaction.
///
/// # Errors
/// As [`cancel()`].
pub async fn cancel_in<S: AsRef<Platform>>(
    ctx: &Context<S>,
    tx: &mut Tx,
    form: OneJob,
) -> Result<Cancelled, Error> {
    ctx.actor.require(Permission::JOBS_MANAGE)?;
    let clock = &ctx.platform().clock;
    let (job, _) = store::by_id(&mut *tx, form.id).await?.ok_or(Error::NoSuchJob)?;
    if !job.can_cancel() {
        return Err(Error::WrongState(match job.state {
            JobState::Running => "Its worker has been asked to stop already.",
            _ => "Only a job that is not over can be called off.",
        }));
    }
    let now = clock.now();
    let is_running = job.state == JobState::Running;
    let done = if is_running {
        store::ask_to_stop(tx, form.id, now).await?
    } else {
        store::cancel(tx, form.id, job.state, now).await?
    };
    if !done {
        return Err(Error::WrongState(FASTER));
    }
    // Cancels only this run of a recurring job, not its successors. A dead one has its successor already.
    if job.state == JobState::Waiting && job.repeat_every.is_some() {
        store::repeat(tx, form.id, JobId(clock.id_at(now)), now).await?;
    }
    let entry = Entry::new(Action::JOB_CANCELLED).about(label(&job.kind, form.id)).changed(
        "state",
        Some(job.state.as_str()),
        (!is_running).then_some(JobState::Cancelled.as_str()),
    );
    audit::append(ctx, tx, entry).await?;
    Ok(if is_running { Cancelled::Asked } else { Cancelled::Now })
}

/// A worker has taken or ended the job between two statements.
const FASTER: &str = "It has just changed. Look at it again.";

/// Number of dead jobs, up to `at_most`, without deliveries to webhooks: they need attention by their webhook,
/// and would hide the others.
pub async fn count_dead(platform: &Platform, at_most: i64) -> Result<i64, db::Error> {
    store::count_dead(&platform.db, at_most).await
}

/// Name of the list with its filters, so that a cursor is valid only in the list that it came from.
fn list_name(query: &JobsQuery) -> String {
    let filters = JobsQuery { limit: None, cursor: None, ..query.clone() };
    format!("jobs:{}", serde_json::to_string(&filters).unwrap_or_default())
}

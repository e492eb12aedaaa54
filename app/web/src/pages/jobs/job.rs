//! `/admin/jobs/{id}`: one job, its failed attempts, and the actions of staff.

use frontdesk_domain::jobs::{self, Cancelled};
use frontdesk_model::{
    Code, JobId, Permission, Problem,
    jobs::{Job as Facts, JobFailure, JobState, JobSummary, OneJob},
    urls,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    JOB_CANCELLED, JOB_RERUN, JOB_STOPPING,
    parts::{JobPill, attempts, next_step},
};
use crate::{
    context::{RequestContext, context},
    form::{Access, FormProtocol, FormResult, FormRoute, Refusal},
    parts::{
        forms::{Form, Hidden},
        layout::{Width, page::titled_page},
        words::{Moment, seconds},
    },
};

pub const RERUN_JOB: &FormRoute = &FormRoute::of::<PostRerunJob>(
    urls::forms::RERUN_JOB,
    urls::JOBS,
    Access::Permission(Permission::JOBS_MANAGE),
);
pub const CANCEL_JOB: &FormRoute = &FormRoute::of::<PostCancelJob>(
    urls::forms::CANCEL_JOB,
    urls::JOBS,
    Access::Permission(Permission::JOBS_MANAGE),
);

#[component]
pub fn Job() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let context = context();
        context.actor.require(Permission::JOBS_READ)?;
        let id: JobId = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
        let job = jobs::get(&context, id).await?;
        let (facts, actions) = (facts(&job), actions(&context, &job.summary));
        let JobSummary { kind, state, is_cancelling, .. } = job.summary;
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::JOBS.path()>"Jobs"</a></li>
                <li aria-current="page">{kind.clone()}</li>
            </ol></nav>
            <div class="head"><h1>{kind.clone()}</h1><JobPill state is_cancelling/></div>
            {facts}
            {actions}
            {failures(job.failures)}
        };
        Ok((kind, content))
    })
}

fn facts(job: &Facts) -> impl IntoView + use<> {
    let Facts { summary, trace_id, .. } = job;
    let (about, kind) = (summary.about.clone(), urls::JOBS.query(&[("kind", &summary.kind.to_string())]));
    let repeats = summary.repeat_every.map(|pause| seconds(u64::try_from(pause).unwrap_or_default()));
    view! {
        <dl class="facts">
            {(!about.is_empty()).then(|| view! { <div><dt>"About"</dt><dd>{about}</dd></div> })}
            <div><dt>"Attempts"</dt><dd>{attempts(summary)}</dd></div>
            <div><dt>"Next"</dt><dd>{next_step(summary)}</dd></div>
            <div><dt>"Enqueued"</dt><dd><Moment at=summary.created_at/></dd></div>
            {summary.started_at.map(|at| view! { <div><dt>"Last begun"</dt><dd><Moment at/></dd></div> })}
            {summary.finished_at.map(|at| view! { <div><dt>"Ended"</dt><dd><Moment at/></dd></div> })}
            {repeats.map(|pause| view! { <div><dt>"FormResult again"</dt><dd>{format!("{pause} after its end")}</dd></div> })}
            <div><dt>"Id"</dt><dd><code>{summary.id.to_string()}</code></dd></div>
            <div><dt>"Request"</dt><dd><code>{trace_id.clone()}</code></dd></div>
        </dl>
        <p><a href=kind>"See all of this kind"</a></p>
    }
}

fn actions(context: &RequestContext, job: &JobSummary) -> Option<impl IntoView + use<>> {
    let (id, state) = (job.id, job.state);
    let (rerun, cancel) = (job.can_rerun(), job.can_cancel());
    let there = context.may(Permission::JOBS_MANAGE) && (rerun || cancel);
    let rerun_word = if state == JobState::Waiting { "Run now" } else { "Run again" };
    let (cancel_word, what) = match state {
        JobState::Running => {
            ("Stop", "What it has done in the database is undone. What it has sent elsewhere is not.")
        }
        JobState::Dead => ("Dismiss", "It is not run again, and no longer asks for attention."),
        JobState::Waiting | JobState::Succeeded | JobState::Cancelled => {
            ("Call off", "It is not run. You can have it run again later.")
        }
    };
    there.then(|| {
        view! {
            <section class="card" aria-labelledby="actions">
                <h2 id="actions">"Actions"</h2>
                {rerun.then(|| view! {
                    <Form form=RERUN_JOB class="">
                        <Hidden name="id" value=id.to_string()/>
                        <button class="primary">{rerun_word}</button>
                    </Form>
                })}
                {cancel.then(|| view! {
                    <details>
                        <summary>{format!("{cancel_word}…")}</summary>
                        <Form form=CANCEL_JOB>
                            <Hidden name="id" value=id.to_string()/>
                            <p>{what}</p>
                            <div class="buttons"><button class="danger">{format!("{cancel_word} job")}</button></div>
                        </Form>
                    </details>
                })}
            </section>
        }
    })
}

fn failures(failures: Vec<JobFailure>) -> impl IntoView {
    let rows: Vec<_> = failures
        .into_iter()
        .map(|failure| {
            view! {
                <tr>
                    <th scope="row">{format!("Attempt {}", failure.attempt)}</th>
                    <td data-label="Begun"><Moment at=failure.started_at/></td>
                    <td data-label="Failed"><Moment at=failure.failed_at/></td>
                    <td data-label="Error">{failure.error}</td>
                </tr>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="failures">
                <h2 id="failures">"Failed attempts"</h2>
                <table class="list">
                    <caption class="sr">"Attempts that failed, the newest first"</caption>
                    <thead><tr>
                        <th scope="col">"Attempt"</th>
                        <th scope="col">"Begun"</th>
                        <th scope="col">"Failed"</th>
                        <th scope="col">"Error"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
    })
}

#[server(name = PostRerunJob, endpoint = "rerun_job", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn rerun_job(form: OneJob) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    jobs::rerun(&context, form).await?;
    Ok(back_to(id).with_flash(JOB_RERUN))
}

#[server(name = PostCancelJob, endpoint = "cancel_job", protocol = FormProtocol, input_derive = (serde::Deserialize,))]
pub async fn cancel_job(form: OneJob) -> Result<FormResult, Refusal> {
    let (context, id) = (context(), form.id);
    Ok(back_to(id).with_flash(match jobs::cancel(&context, form).await? {
        Cancelled::Now => JOB_CANCELLED,
        Cancelled::Asked => JOB_STOPPING,
    }))
}

fn back_to(id: JobId) -> FormResult {
    FormResult::to(urls::JOB.of(id))
}

//! `/admin/jobs/{id}`: one job, how its attempts ended, and what staff can do about it.

use frontdesk_domain::jobs::{self, Cancelled};
use frontdesk_model::{
    Code, Flash, JobId, Permission, Problem, forms,
    job::{Job as Facts, JobFailure, JobState, JobSummary},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::{
    parts::{
        form::{Form, Hidden},
        job::{JobPill, attempts, next_step},
        layout::Width,
        page::titled_page,
        words::{Moment, seconds},
    },
    post::{Done, HtmlForm, Posted, Refusal},
    visit::{Visit, visit},
};

const RERUN: &str = "/fn/rerun_job";
const CANCEL: &str = "/fn/cancel_job";

#[component]
pub fn Job() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let visit = visit();
        visit.actor.require(Permission::JobsRead)?;
        let id: JobId = id.parse().map_err(|_| Problem::new(Code::NotFound))?;
        let job = jobs::get(&visit.domain, &visit.actor, id).await?;
        let (facts, actions) = (facts(&job), actions(&visit, &job.summary));
        let JobSummary { kind, state, is_cancelling, .. } = job.summary;
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href="/admin/jobs">"Jobs"</a></li>
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
    let (about, kind) = (summary.about.clone(), format!("/admin/jobs?kind={}", summary.kind));
    let repeats = summary.repeat_every.map(|pause| seconds(u64::try_from(pause).unwrap_or_default()));
    view! {
        <dl class="facts">
            {(!about.is_empty()).then(|| view! { <div><dt>"About"</dt><dd>{about}</dd></div> })}
            <div><dt>"Attempts"</dt><dd>{attempts(summary)}</dd></div>
            <div><dt>"Next"</dt><dd>{next_step(summary)}</dd></div>
            <div><dt>"Enqueued"</dt><dd><Moment at=summary.created_at/></dd></div>
            {summary.started_at.map(|at| view! { <div><dt>"Last begun"</dt><dd><Moment at/></dd></div> })}
            {summary.finished_at.map(|at| view! { <div><dt>"Ended"</dt><dd><Moment at/></dd></div> })}
            {repeats.map(|pause| view! { <div><dt>"Done again"</dt><dd>{format!("{pause} after its end")}</dd></div> })}
            <div><dt>"Id"</dt><dd><code>{summary.id.to_string()}</code></dd></div>
            <div><dt>"Request"</dt><dd><code>{trace_id.clone()}</code></dd></div>
        </dl>
        <p><a href=kind>"See all of this kind"</a></p>
    }
}

fn actions(visit: &Visit, job: &JobSummary) -> Option<impl IntoView + use<>> {
    let (id, state) = (job.id, job.state);
    let (rerun, cancel) = (job.can_rerun(), job.can_cancel());
    let there = visit.may(Permission::JobsManage) && (rerun || cancel);
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
                    <Form action=RERUN class="">
                        <Hidden name="id" value=id.to_string()/>
                        <button class="primary">{rerun_word}</button>
                    </Form>
                })}
                {cancel.then(|| view! {
                    <details>
                        <summary>{format!("{cancel_word}…")}</summary>
                        <Form action=CANCEL>
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

#[server(name = PostRerunJob, endpoint = "rerun_job", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn rerun_job(form: forms::OneJob) -> Result<Done, Refusal> {
    let (visit, id) = (visit(), form.id);
    jobs::rerun(&visit.domain, &visit.actor, form).await?;
    Ok(back_to(id).saying(Flash::JobRerun))
}

#[server(name = PostCancelJob, endpoint = "cancel_job", input = HtmlForm, custom = Posted, input_derive = (serde::Deserialize,))]
pub async fn cancel_job(form: forms::OneJob) -> Result<Done, Refusal> {
    let (visit, id) = (visit(), form.id);
    Ok(back_to(id).saying(match jobs::cancel(&visit.domain, &visit.actor, form).await? {
        Cancelled::Now => Flash::JobCancelled,
        Cancelled::Asked => Flash::JobStopping,
    }))
}

fn back_to(id: JobId) -> Done {
    Done::to(format!("/admin/jobs/{id}"))
}

//! `/admin/jobs`: waiting, running and finished jobs, newest first.

use frontdesk_domain::jobs;
use frontdesk_model::{
    Permission,
    jobs::{JobKind, JobState, JobSummary, JobsQuery},
    urls,
};
use leptos::prelude::*;

use super::parts::{JobPill, attempts, next_step};
use crate::{
    context::context,
    input,
    parts::{
        layout::{Width, page::page},
        tables::pager,
        words::Moment,
    },
};

#[component]
pub fn Jobs() -> impl IntoView {
    page("Jobs", Width::Wide, async {
        let context = context();
        context.actor.require(Permission::JOBS_READ)?;
        let query: JobsQuery = input::query(&context.query)?;
        let page = jobs::list(&context, &query).await?;
        let pager = pager(&page, "job", "jobs");
        let results = if page.items.is_empty() {
            view! {
                <div class="empty">
                    <h2>"Nothing here"</h2>
                    <p>"No job fits these filters. Work that is done in the background appears here."</p>
                </div>
            }
            .into_any()
        } else {
            let rows: Vec<_> = page.items.into_iter().map(row).collect();
            view! {
                <table class="list">
                    <caption class="sr">"Jobs, the newest first"</caption>
                    <thead><tr>
                        <th scope="col">"Kind"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Attempts"</th>
                        <th scope="col">"Enqueued"</th>
                        <th scope="col">"Next"</th>
                        <th scope="col">"Last error"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
                {pager}
            }
            .into_any()
        };
        Ok(view! { <h1>"Jobs"</h1>{filters(&query)}{results} })
    })
}

fn filters(query: &JobsQuery) -> impl IntoView + use<> {
    let chosen = query.state.only().copied();
    let states: Vec<_> = JobState::ALL
        .iter()
        .map(|state| view! { <option value=state.as_str() selected=Some(*state) == chosen>{state.as_str()}</option> })
        .collect();
    let kind = query.kind.as_ref().map_or("", JobKind::as_str).to_owned();
    view! {
        <form class="filters" method="get" action=urls::JOBS.path() role="search" aria-label="Filter jobs">
            <div class="field">
                <label for="state">"State"</label>
                <select id="state" name="state"><option value="">"Any"</option>{states}</select>
            </div>
            <div class="field">
                <label for="kind">"Kind"</label>
                <input id="kind" name="kind" autocomplete="off" maxlength="64" value=kind/>
            </div>
            <div class="buttons"><button>"Apply"</button><a href=urls::JOBS.path()>"Clear"</a></div>
        </form>
    }
}

fn row(job: JobSummary) -> impl IntoView {
    let next = next_step(&job);
    let attempts = attempts(&job);
    view! {
        <tr>
            <th scope="row">
                <a href=urls::JOB.of(job.id)>{job.kind}</a>
                {(!job.about.is_empty()).then(|| view! { <p class="small">{job.about}</p> })}
            </th>
            <td data-label="State"><JobPill state=job.state is_cancelling=job.is_cancelling/></td>
            <td data-label="Attempts">{attempts}</td>
            <td data-label="Enqueued"><Moment at=job.created_at/></td>
            <td data-label="Next">{next}</td>
            <td data-label="Last error">{job.last_error}</td>
        </tr>
    }
}

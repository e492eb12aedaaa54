//! `/admin`: what needs attention, and what happened lately.

use frontdesk_domain::accounts;
use leptos::prelude::*;

use crate::{
    parts::{
        events::EventLines,
        layout::Width,
        page::page,
        words::{Moment, up_to},
    },
    visit::visit,
};

#[component]
pub fn Overview() -> impl IntoView {
    page("Overview", Width::Wide, async {
        let visit = visit();
        let overview = accounts::overview(&visit.domain, &visit.actor).await?;
        let count = |count: i64| up_to(count, accounts::Overview::AT_MOST);
        let failed = overview.failed_sign_ins.map(|failed| {
            view! {
                <li class=card(failed > 0)>
                    <p class="number">{count(failed)}</p>
                    <p>{plural(failed, "failed sign-in", "failed sign-ins")}" in the last 24 hours"</p>
                    <a href="/admin/audit?action=login.failed">"See them in the audit trail"</a>
                </li>
            }
        });
        let dead = overview.dead_jobs.map(|dead| {
            view! {
                <li class=card(dead > 0)>
                    <p class="number">{count(dead)}</p>
                    <p>{plural(dead, "job was", "jobs were")}" given up"</p>
                    <a href="/admin/jobs?state=dead">"See which and why"</a>
                </li>
            }
        });
        let suspended: Vec<_> = overview
            .suspended
            .iter()
            .map(|user| {
                view! {
                    <li><div>
                        <p><a href=format!("/admin/users/{}", user.id)>{user.name.clone()}</a></p>
                        <p class="small">{user.suspended_reason.clone()}" · since "<Moment at=user.updated_at/></p>
                    </div></li>
                }
            })
            .collect();
        Ok(view! {
            <h1>"Overview"</h1>
            <ul class="stats">
                <li class="card">
                    <p class="number">{count(overview.joined)}</p>
                    <p>{plural(overview.joined, "person", "people")}" joined in the last 24 hours"</p>
                    <a href="/admin/users">"See the newest users"</a>
                </li>
                {failed}
                <li class=card(overview.suspended_count > 0)>
                    <p class="number">{count(overview.suspended_count)}</p>
                    <p>{plural(overview.suspended_count, "user is", "users are")}" suspended"</p>
                    <a href="/admin/users?status=suspended">"See who and why"</a>
                </li>
                <li class="card">
                    <p class="number">{count(overview.removed_count)}</p>
                    <p>{plural(overview.removed_count, "user is", "users are")}" in the trash"</p>
                    <a href="/admin/users?status=removed">"Look through the trash"</a>
                </li>
                {dead}
            </ul>
            <div class="beside">
                {overview.events.map(|events| view! {
                    <section class="card" aria-labelledby="lately">
                        <h2 id="lately">"What happened lately"</h2>
                        <EventLines events/>
                        <p><a href="/admin/audit">"See all of it in the audit trail"</a></p>
                    </section>
                })}
                {(!suspended.is_empty()).then(|| view! {
                    <section class="card" aria-labelledby="suspended">
                        <h2 id="suspended">"Suspended users"</h2>
                        <ul class="rows">{suspended}</ul>
                    </section>
                })}
            </div>
        })
    })
}

/// A card that asks to be looked at, or does not.
const fn card(attention: bool) -> &'static str {
    if attention { "card warn" } else { "card" }
}

const fn plural(count: i64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

//! `/admin`: what needs attention, and what happened lately.

use frontdesk_domain::{
    accounts, ledger,
    payments::{self, Attention},
};
use frontdesk_model::Permission;
use leptos::prelude::*;

use crate::{
    parts::{
        events::EventLines,
        layout::Width,
        page::page,
        revenue::revenue,
        words::{Moment, up_to},
    },
    visit::visit,
};

#[component]
pub fn Overview() -> impl IntoView {
    page("Overview", Width::Wide, async {
        let visit = visit();
        let overview = accounts::overview(&visit.domain, &visit.actor).await?;
        let money = if visit.may(Permission::OrdersRead) {
            let at_most = accounts::Overview::AT_MOST;
            let attention = payments::attention(&visit.domain, &visit.actor, at_most + 1).await?;
            Some((attention, ledger::revenue(&visit.domain, &visit.actor).await?))
        } else {
            None
        };
        let (attention, came_in) = money.unzip();
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
                {attention.map(to_look_at)}
            </ul>
            {came_in.map(revenue)}
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

/// What is to be done about money.
fn to_look_at(attention: Attention) -> impl IntoView {
    let count = |count: i64| up_to(count, accounts::Overview::AT_MOST);
    let Attention { unknown_payments, refunds_to_approve, failed_refunds, left_payments, surplus_payments } =
        attention;
    // There are none unless something is wrong.
    let left = (left_payments > 0).then(|| {
        view! {
            <li class=card(true)>
                <p class="number">{count(left_payments)}</p>
                <p>{plural(left_payments, "payment was", "payments were")}" not looked after for an hour: their gateway may not be configured"</p>
                <a href="/admin/jobs?kind=payments.settle">"See their jobs"</a>
            </li>
        }
    });
    let surplus = (surplus_payments > 0).then(|| {
        view! {
            <li class=card(true)>
                <p class="number">{count(surplus_payments)}</p>
                <p>{plural(surplus_payments, "payment came", "payments came")}" twice or too late, and has not gone back"</p>
                <a href="/admin/payments?state=succeeded">"See payments that succeeded"</a>
            </li>
        }
    });
    view! {
        <li class=card(refunds_to_approve > 0)>
            <p class="number">{count(refunds_to_approve)}</p>
            <p>{plural(refunds_to_approve, "refund waits", "refunds wait")}" for approval"</p>
            <a href="/admin/refunds?state=awaiting_approval">"See what for"</a>
        </li>
        <li class=card(unknown_payments > 0)>
            <p class="number">{count(unknown_payments)}</p>
            <p>{plural(unknown_payments, "payment is", "payments are")}" being checked: the gateway has not said what became of it"</p>
            <a href="/admin/payments?state=unknown">"See which payments"</a>
        </li>
        <li class=card(failed_refunds > 0)>
            <p class="number">{count(failed_refunds)}</p>
            <p>{plural(failed_refunds, "refund", "refunds")}" failed in the last 7 days"</p>
            <a href="/admin/refunds?state=failed">"See which refunds"</a>
        </li>
        {left}
        {surplus}
    }
}

/// A card that asks to be looked at, or does not.
const fn card(attention: bool) -> &'static str {
    if attention { "card warn" } else { "card" }
}

const fn plural(count: i64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

//! `/admin`: matters that need attention, revenue and recent activity.

mod revenue;

use frontdesk_domain::{
    ledger, overview,
    processing::{self, Attention},
    users::{Account, SharedAddress},
};
use frontdesk_model::{Permission, urls};
use leptos::prelude::*;
use revenue::revenue;

use crate::{
    context::context,
    feature::{Feature, NavigationEntry},
    pages::audit::events::EventLines,
    parts::{
        gateway_notice::gateway_notice,
        layout::{Width, page::page},
        words::{Moment, up_to},
    },
};

/// Shared addresses that are listed.
const SHOWN: usize = 10;

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "overview",
    pages: &[urls::OVERVIEW.path()],
    forms: &[],
    navigation: &[NavigationEntry {
        url: urls::OVERVIEW,
        label: "Overview",
        permission: Some(Permission::OVERVIEW_READ),
    }],
    flashes: &[],
};

#[component]
pub fn Overview() -> impl IntoView {
    page("Overview", Width::Wide, async {
        let context = context();
        let overview = overview::overview(&context).await?;
        let money = if context.may(Permission::ORDERS_READ) {
            let at_most = overview::Overview::AT_MOST;
            let attention = processing::attention(&context, at_most + 1).await?;
            Some((attention, ledger::revenue(&context).await?))
        } else {
            None
        };
        let notice = money.is_some().then(|| gateway_notice(&context)).flatten();
        let (attention, came_in) = money.unzip();
        let count = |count: i64| up_to(count, overview::Overview::AT_MOST);
        let failed = overview.failed_sign_ins.map(|failed| {
            view! {
                <li class=card(failed > 0)>
                    <p class="number">{count(failed)}</p>
                    <p>{plural(failed, "failed sign-in", "failed sign-ins")}" in the last 24 hours"</p>
                    <a href=urls::AUDIT.query(&[("action", "login.failed")])>"See them in the audit trail"</a>
                </li>
            }
        });
        let dead = overview.dead_jobs.map(|dead| {
            view! {
                <li class=card(dead > 0)>
                    <p class="number">{count(dead)}</p>
                    <p>{plural(dead, "job was", "jobs were")}" given up"</p>
                    <a href=urls::JOBS.query(&[("state", "dead")])>"See which and why"</a>
                </li>
            }
        });
        let shared =
            (!overview.shared_addresses.is_empty()).then(|| shared_addresses(&overview.shared_addresses));
        let failing = overview.failing_webhooks.filter(|failing| *failing > 0).map(|failing| {
            view! {
                <li class=card(true)>
                    <p class="number">{count(failing)}</p>
                    <p>{plural(failing, "webhook endpoint is", "webhook endpoints are")}" failing"</p>
                    <a href=urls::WEBHOOKS.path()>"View webhooks"</a>
                </li>
            }
        });
        let suspended: Vec<_> = overview
            .suspended
            .iter()
            .map(|user| {
                view! {
                    <li><div>
                        <p><a href=urls::USER.of(user.id)>{user.name.clone()}</a></p>
                        <p class="small">{user.suspended_reason.clone()}" · since "<Moment at=user.updated_at/></p>
                    </div></li>
                }
            })
            .collect();
        Ok(view! {
            <h1>"Overview"</h1>
            {notice}
            <ul class="stats">
                <li class="card">
                    <p class="number">{count(overview.joined)}</p>
                    <p>{plural(overview.joined, "person", "people")}" joined in the last 24 hours"</p>
                    <a href=urls::USERS.path()>"See the newest users"</a>
                </li>
                {failed}
                <li class=card(overview.suspended_count > 0)>
                    <p class="number">{count(overview.suspended_count)}</p>
                    <p>{plural(overview.suspended_count, "user is", "users are")}" suspended"</p>
                    <a href=urls::USERS.query(&[("status", "suspended")])>"See who and why"</a>
                </li>
                <li class="card">
                    <p class="number">{count(overview.removed_count)}</p>
                    <p>{plural(overview.removed_count, "user is", "users are")}" in the trash"</p>
                    <a href=urls::USERS.query(&[("status", "removed")])>"Look through the trash"</a>
                </li>
                {dead}
                {failing}
                {attention.map(to_look_at)}
            </ul>
            {shared}
            {came_in.map(revenue)}
            <div class="beside">
                {overview.events.map(|events| view! {
                    <section class="card" aria-labelledby="lately">
                        <h2 id="lately">"What happened lately"</h2>
                        <EventLines events/>
                        <p><a href=urls::AUDIT.path()>"See all of it in the audit trail"</a></p>
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

/// Accounts that have the e-mail address of another account, in another spelling.
fn shared_addresses(all: &[SharedAddress]) -> impl IntoView + use<> {
    let account = |account: &Account| {
        view! { <a href=urls::USER.of(account.id)>{account.name.clone()}</a>" "<span class="small">{spelled(&account.email)}</span> }
    };
    let rows: Vec<_> = all
        .iter()
        .take(SHOWN)
        .map(|pair| view! { <li><div><p>{account(&pair.first)}" and "{account(&pair.other)}</p></div></li> })
        .collect();
    let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let accounts = plural(count, "account has", "accounts have");
    let count = up_to(count, overview::Overview::AT_MOST);
    view! {
        <section class="card warn" aria-labelledby="shared">
            <h2 id="shared">"Shared e-mail addresses"</h2>
            <p>{count}" "{accounts}" the e-mail address of another account in a different spelling. Both can still sign in, \
                each with its own spelling. Change one of the two addresses."</p>
            <ul class="rows">{rows}</ul>
        </section>
    }
}

/// An address with its invisible characters as numbers, so that two spellings can be told apart.
fn spelled(address: &str) -> String {
    address.escape_debug().to_string()
}

/// Payments and refunds that need attention.
fn to_look_at(attention: Attention) -> impl IntoView {
    let count = |count: i64| up_to(count, overview::Overview::AT_MOST);
    let Attention { unknown_payments, refunds_to_approve, failed_refunds, left_payments, surplus_payments } =
        attention;
    // Shown only if something is wrong.
    let left = (left_payments > 0).then(|| {
        view! {
            <li class=card(true)>
                <p class="number">{count(left_payments)}</p>
                <p>{plural(left_payments, "payment was", "payments were")}" not looked after for an hour: their gateway may not be configured"</p>
                <a href=urls::PAYMENTS.path()>"View payments"</a>
            </li>
        }
    });
    let surplus = (surplus_payments > 0).then(|| {
        view! {
            <li class=card(true)>
                <p class="number">{count(surplus_payments)}</p>
                <p>{plural(surplus_payments, "payment came", "payments came")}" twice or too late, and has not gone back"</p>
                <a href=urls::PAYMENTS.query(&[("state", "succeeded")])>"See payments that succeeded"</a>
            </li>
        }
    });
    view! {
        <li class=card(refunds_to_approve > 0)>
            <p class="number">{count(refunds_to_approve)}</p>
            <p>{plural(refunds_to_approve, "refund waits", "refunds wait")}" for approval"</p>
            <a href=urls::REFUNDS.query(&[("state", "awaiting_approval")])>"See what for"</a>
        </li>
        <li class=card(unknown_payments > 0)>
            <p class="number">{count(unknown_payments)}</p>
            <p>{plural(unknown_payments, "payment is", "payments are")}" being checked: the gateway has not said what became of it"</p>
            <a href=urls::PAYMENTS.query(&[("state", "unknown")])>"See which payments"</a>
        </li>
        <li class=card(failed_refunds > 0)>
            <p class="number">{count(failed_refunds)}</p>
            <p>{plural(failed_refunds, "refund", "refunds")}" failed in the last 7 days"</p>
            <a href=urls::REFUNDS.query(&[("state", "failed")])>"See which refunds"</a>
        </li>
        {left}
        {surplus}
    }
}

/// The class of a card, with a warning if it needs attention.
const fn card(attention: bool) -> &'static str {
    if attention { "card warn" } else { "card" }
}

const fn plural(count: i64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

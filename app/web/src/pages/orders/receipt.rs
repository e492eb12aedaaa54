//! `/account/orders/{id}/receipt`: the receipt of a paid order, to be printed or saved.

use frontdesk_domain::orders;
use frontdesk_model::{Code, Problem, Timestamp, audit::Action, urls};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{my_order::own, parts::lines};
use crate::{
    context::context,
    parts::layout::{Width, page::titled_page},
};

#[component]
pub fn Receipt() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    titled_page(Width::Wide, async move {
        let context = context();
        let order = own(&context, &id).await?;
        // An order that is not paid has no receipt.
        if !order.captured.is_positive() {
            return Err(Problem::new(Code::NotFound));
        }
        let events = orders::history(&context, &order).await?.events;
        let paid_at = events.iter().find(|event| event.action == Action::PAYMENT_SUCCEEDED).map(|it| it.at);
        let (summary, e_mail) = (&order.summary, context.actor.person().map(|me| me.email.clone()));
        let page = urls::ACCOUNT_ORDER.of(summary.id);
        let kept = order.captured.minus(summary.refunded).filter(|_| summary.refunded.is_positive());
        let title = format!("Receipt {}", summary.reference);
        let content = view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::ACCOUNT.path()>"Your account"</a></li>
                <li><a href=urls::ACCOUNT_ORDERS.path()>"Orders"</a></li>
                <li><a href=page>{summary.reference.clone()}</a></li>
                <li aria-current="page">"Receipt"</li>
            </ol></nav>
            <h1>{title.clone()}</h1>
            <dl class="facts">
                <div><dt>"From"</dt><dd>{host(&context.base_url).to_owned()}</dd></div>
                <div><dt>"For"</dt><dd>{summary.customer.name.clone()}{e_mail.map(|e_mail| format!(", {e_mail}"))}</dd></div>
                <div><dt>"Order"</dt><dd>{summary.reference.clone()}</dd></div>
                <div><dt>"Ordered"</dt><dd>{exact(summary.placed_at)}</dd></div>
                {paid_at.map(|at| view! { <div><dt>"Paid"</dt><dd>{exact(at)}</dd></div> })}
                <div><dt>"Amount paid"</dt><dd>{order.captured.to_string()}</dd></div>
                {kept.map(|kept| view! { <div><dt>"Paid after refunds"</dt><dd>{kept.to_string()}</dd></div> })}
            </dl>
            {lines(&order)}
            <p class="muted on-screen">"It is made to be printed, or kept as a PDF: with the browser’s own command."</p>
        };
        Ok((title, content))
    })
}

/// A full date and time, to be read years later.
fn exact(at: Timestamp) -> impl IntoView {
    view! { <time datetime=at.rfc3339()>{at.exact()}</time> }
}

/// `desk.example`, of `https://desk.example`.
fn host(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, host)| host)
}

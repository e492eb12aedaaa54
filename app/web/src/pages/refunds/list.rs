//! `/admin/refunds`: all refunds, newest first.

use frontdesk_domain::refunds;
use frontdesk_model::{
    Permission,
    refunds::{Refund, RefundState, RefundsQuery},
    urls,
};
use leptos::prelude::*;

use super::parts::RefundPill;
use crate::{
    context::context,
    input,
    parts::{
        forms::filter::Asked,
        gateway_notice::gateway_notice,
        layout::{Width, page::page},
        tables::pager,
        words::Moment,
    },
};

#[component]
pub fn Refunds() -> impl IntoView {
    page("Refunds", Width::Wide, async {
        let context = context();
        context.actor.require(Permission::ORDERS_READ)?;
        let query: RefundsQuery = input::query(&context.query)?;
        let pairs = input::pairs(context.query.as_bytes())?;
        let page = refunds::list(&context, &query).await?;
        let pager = pager(&page, "refund", "refunds");
        let results = if page.items.is_empty() {
            view! {
                <div class="empty">
                    <h2>"No refunds"</h2>
                    <p>"No refund fits this filter. They are made on the page of their order."</p>
                </div>
            }
            .into_any()
        } else {
            let rows: Vec<_> = page.items.into_iter().map(row).collect();
            view! {
                <table class="list">
                    <caption class="sr">"Refunds, the newest first"</caption>
                    <thead><tr>
                        <th scope="col">"Refund of"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Reason"</th>
                        <th scope="col">"Asked for by"</th>
                        <th scope="col">"When"</th>
                        <th scope="col" class="num">"Amount"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
                {pager}
            }
            .into_any()
        };
        let states = RefundState::ALL.iter().map(|state| (state.as_str(), state.words()));
        let asked = Asked { pairs: &pairs, problem: None };
        Ok(view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::PAYMENTS.path()>"Payments"</a></li>
                <li aria-current="page">"Refunds"</li>
            </ol></nav>
            <h1>"Refunds"</h1>
            {gateway_notice(&context)}
            <form class="filters" method="get" action=urls::REFUNDS.path() role="search" aria-label="Filter refunds">
                {asked.choice(("state", "State"), "Any", states)}
                <div class="buttons"><button>"Apply"</button><a href=urls::REFUNDS.path()>"Clear"</a></div>
            </form>
            {results}
        })
    })
}

fn row(refund: Refund) -> impl IntoView {
    view! {
        <tr>
            <th scope="row"><a href=urls::REFUND.of(refund.id)>{refund.order.reference}</a></th>
            <td data-label="State"><RefundPill state=refund.state/></td>
            <td data-label="Reason">{refund.reason}</td>
            <td data-label="Asked for by">{refund.requested_by}</td>
            <td data-label="When"><Moment at=refund.created_at/></td>
            <td class="num" data-label="Amount">{refund.amount.to_string()}</td>
        </tr>
    }
}

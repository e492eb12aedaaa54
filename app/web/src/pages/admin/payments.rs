//! `/admin/payments`: every try to pay an order, newest first.

use frontdesk_domain::payments;
use frontdesk_model::{
    Permission,
    payment::{PaymentState, PaymentSummary},
    query::PaymentsQuery,
};
use leptos::prelude::*;

use crate::{
    input,
    parts::{filter::Asked, layout::Width, page::page, payment::PaymentPill, table::pager, words::Moment},
    visit::visit,
};

#[component]
pub fn Payments() -> impl IntoView {
    page("Payments", Width::Wide, async {
        let visit = visit();
        visit.actor.require(Permission::OrdersRead)?;
        let query: PaymentsQuery = input::query(&visit.query)?;
        let pairs = input::pairs(visit.query.as_bytes())?;
        let page = payments::list(&visit.domain, &visit.actor, &query).await?;
        let pager = pager(&page, "payment", "payments");
        let results = if page.items.is_empty() {
            view! {
                <div class="empty">
                    <h2>"No payments"</h2>
                    <p>"No payment fits this filter. Each try to pay an order appears here."</p>
                </div>
            }
            .into_any()
        } else {
            let rows: Vec<_> = page.items.into_iter().map(row).collect();
            view! {
                <table class="list">
                    <caption class="sr">"Payments, the newest first"</caption>
                    <thead><tr>
                        <th scope="col">"Payment of"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Customer"</th>
                        <th scope="col">"Begun"</th>
                        <th scope="col" class="num">"Amount"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
                {pager}
            }
            .into_any()
        };
        let states = PaymentState::ALL.iter().map(|state| (state.as_str(), state.words()));
        let asked = Asked { pairs: &pairs, problem: None };
        Ok(view! {
            <div class="head"><h1>"Payments"</h1><a class="button" href="/admin/refunds">"Refunds"</a></div>
            <form class="filters" method="get" action="/admin/payments" role="search" aria-label="Filter payments">
                {asked.choice(("state", "State"), "Any", states)}
                <div class="buttons"><button>"Apply"</button><a href="/admin/payments">"Clear"</a></div>
            </form>
            {results}
        })
    })
}

fn row(payment: PaymentSummary) -> impl IntoView {
    let failure = payment.failure.map(|failure| view! { <p class="small">{failure.sentence()}</p> });
    view! {
        <tr>
            <th scope="row"><a href=format!("/admin/payments/{}", payment.id)>{payment.order.reference}</a></th>
            <td data-label="State"><div><PaymentPill state=payment.state/>{failure}</div></td>
            <td data-label="Customer">
                <a href=format!("/admin/users/{}", payment.customer.id)>{payment.customer.name}</a>
            </td>
            <td data-label="Begun"><Moment at=payment.created_at/></td>
            <td class="num" data-label="Amount">{payment.amount.to_string()}</td>
        </tr>
    }
}

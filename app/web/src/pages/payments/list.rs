//! `/admin/payments`: all payments, newest first.

use frontdesk_domain::payments;
use frontdesk_model::{
    Permission,
    payments::{PaymentState, PaymentSummary, PaymentsQuery},
    urls,
};
use leptos::prelude::*;

use super::parts::PaymentPill;
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
pub fn Payments() -> impl IntoView {
    page("Payments", Width::Wide, async {
        let context = context();
        context.actor.require(Permission::ORDERS_READ)?;
        let query: PaymentsQuery = input::query(&context.query)?;
        let pairs = input::pairs(context.query.as_bytes())?;
        let page = payments::list(&context, &query).await?;
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
            <div class="head"><h1>"Payments"</h1><a class="button" href=urls::REFUNDS.path()>"Refunds"</a></div>
            {gateway_notice(&context)}
            <form class="filters" method="get" action=urls::PAYMENTS.path() role="search" aria-label="Filter payments">
                {asked.choice(("state", "State"), "Any", states)}
                <div class="buttons"><button>"Apply"</button><a href=urls::PAYMENTS.path()>"Clear"</a></div>
            </form>
            {results}
        })
    })
}

fn row(payment: PaymentSummary) -> impl IntoView {
    let failure = payment.failure.map(|failure| view! { <p class="small">{failure.sentence()}</p> });
    view! {
        <tr>
            <th scope="row"><a href=urls::PAYMENT.of(payment.id)>{payment.order.reference}</a></th>
            <td data-label="State"><div><PaymentPill state=payment.state/>{failure}</div></td>
            <td data-label="Customer">
                <a href=urls::USER.of(payment.customer.id)>{payment.customer.name}</a>
            </td>
            <td data-label="Begun"><Moment at=payment.created_at/></td>
            <td class="num" data-label="Amount">{payment.amount.to_string()}</td>
        </tr>
    }
}

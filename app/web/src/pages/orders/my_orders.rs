//! `/account/orders`: one's own orders, newest first.

use frontdesk_domain::orders;
use frontdesk_model::{
    Page,
    orders::{MyOrdersQuery, OrderSummary},
    urls,
};
use leptos::prelude::*;

use super::parts::OrderPill;
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
pub fn Orders() -> impl IntoView {
    page("Your orders", Width::Wide, async {
        let context = context();
        context.actor.require_user()?;
        let query: MyOrdersQuery = input::query(&context.query)?;
        let page = orders::list_mine(&context, &query).await?;
        Ok(view! {
            <nav class="crumbs" aria-label="Breadcrumb"><ol>
                <li><a href=urls::ACCOUNT.path()>"Your account"</a></li>
                <li aria-current="page">"Orders"</li>
            </ol></nav>
            <h1>"Your orders"</h1>
            {list(page)}
        })
    })
}

fn list(page: Page<OrderSummary>) -> AnyView {
    if page.items.is_empty() {
        return view! {
            <div class="empty">
                <h2>"No orders yet"</h2>
                <p>"What is ordered for you appears here, to be paid and to be looked up."</p>
            </div>
        }
        .into_any();
    }
    let pager = pager(&page, "order", "orders");
    let rows: Vec<_> = page.items.into_iter().map(row).collect();
    view! {
        <table class="list">
            <caption class="sr">"Your orders, the newest first"</caption>
            <thead><tr>
                <th scope="col">"Order"</th>
                <th scope="col">"State"</th>
                <th scope="col">"Ordered"</th>
                <th scope="col" class="num">"Total"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {pager}
    }
    .into_any()
}

fn row(order: OrderSummary) -> impl IntoView {
    view! {
        <tr>
            <th scope="row"><a href=urls::ACCOUNT_ORDER.of(order.id)>{order.reference}</a></th>
            <td data-label="State"><OrderPill state=order.state/></td>
            <td data-label="Ordered"><Moment at=order.placed_at/></td>
            <td class="num" data-label="Total">{order.total.to_string()}</td>
        </tr>
    }
}

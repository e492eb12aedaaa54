//! `/admin/orders`: all orders, filtered and sorted, a page at a time, and as a file.

use frontdesk_domain::{Context, orders, users};
use frontdesk_model::{
    Code, Page, Permission, Problem,
    email_lookup::Lookup,
    orders::{OrderSort, OrderState, OrderSummary, OrdersQuery},
    urls,
};
use leptos::prelude::*;

use super::parts::OrderPill;
use crate::{
    context::{RequestContext, context},
    input::{self, Pairs, with},
    parts::{
        forms::{
            filter::{Asked, Label, is_of_filter},
            summary::filter_summary,
        },
        gateway_notice::gateway_notice,
        layout::{
            Width,
            page::{page, report},
        },
        tables::{pager, sort_header},
        words::Moment,
    },
};

/// The filters and their labels.
const REFERENCE: Label = ("reference", "Reference");
const CUSTOMER: Label = ("customer", "Customer (e-mail or id)");
const STATE: Label = ("state", "State");
const SINCE: Label = ("since", "From (UTC)");
const UNTIL: Label = ("until", "Until (UTC)");
const CURRENCY: Label = ("currency", "Currency");
const MIN: Label = ("min", "Total from");
const MAX: Label = ("max", "Total to");
const LABELS: [Label; 8] = [REFERENCE, CUSTOMER, STATE, SINCE, UNTIL, CURRENCY, MIN, MAX];

#[component]
pub fn Orders() -> impl IntoView {
    page("Orders", Width::Wide, async {
        let context = context();
        context.actor.require(Permission::ORDERS_READ)?;
        let pairs = input::pairs(context.query.as_bytes())?;
        let (problem, found) = match find(&context, &pairs).await {
            Ok(found) => (None, Some(found)),
            // The filters come back as they were typed.
            Err(problem) if is_of_filter(&problem) => (Some(problem), None),
            Err(problem) => return Err(problem),
        };
        if let Some(problem) = &problem {
            report(problem);
        }
        let creates = context.may(Permission::ORDERS_CREATE);
        let file = urls::ORDERS_CSV.with_query(&with(&context.query, &[("cursor", ""), ("limit", "")]));
        let asked = Asked { pairs: &pairs, problem: problem.as_ref() };
        Ok(view! {
            {problem.as_ref().map(|problem| filter_summary(problem, &LABELS))}
            <div class="head">
                <h1>"Orders"</h1>
                {creates.then(|| view! { <a class="button primary" href=urls::NEW_ORDER.path()>"Place an order"</a> })}
            </div>
            {gateway_notice(&context)}
            {filters(&asked)}
            {found.map(|(page, query)| results(page, &query, file))}
        })
    })
}

async fn find(context: &RequestContext, pairs: &Pairs) -> Result<(Page<OrderSummary>, OrdersQuery), Problem> {
    let query = asked(context, pairs).await?;
    Ok((orders::list(context, &query).await?, query))
}

/// The query of the page's filters. They name a customer by id or, as people do, by
/// e-mail address.
///
/// # Errors
/// `MALFORMED_REQUEST`, and `VALIDATION_ERROR` for a customer who does not exist.
pub async fn asked(ctx: &Context, pairs: &Pairs) -> Result<OrdersQuery, Problem> {
    let mut pairs = pairs.clone();
    for (_, value) in pairs.iter_mut().filter(|(name, value)| name == CUSTOMER.0 && value.contains('@')) {
        *value = customer(ctx, value).await?;
    }
    let text = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
    input::query(&with("", &text))
}

async fn customer(ctx: &Context, e_mail: &str) -> Result<String, Problem> {
    let unknown =
        || Problem::new(Code::ValidationError).fault(CUSTOMER.0, "unknown", "nobody has this address");
    match users::by_email(ctx, &Lookup::of(e_mail)).await {
        Ok(user) => Ok(user.id.to_string()),
        Err(users::Error::NoSuchUser) => Err(unknown()),
        Err(error) => Err(error.into()),
    }
}

fn filters(asked: &Asked<'_>) -> impl IntoView + use<> {
    let states = OrderState::ALL.iter().map(|state| (state.as_str(), state.words()));
    view! {
        <form class="filters" method="get" action=urls::ORDERS.path() role="search" aria-label="Filter orders" novalidate>
            {asked.text(REFERENCE)}
            {asked.wide(CUSTOMER)}
            {asked.choice(STATE, "Any", states)}
            {asked.moment(SINCE)}
            {asked.moment(UNTIL)}
            {asked.short(CURRENCY)}
            {asked.short(MIN)}
            {asked.short(MAX)}
            <div class="buttons"><button>"Apply"</button><a href=urls::ORDERS.path()>"Clear"</a></div>
        </form>
    }
}

fn results(page: Page<OrderSummary>, query: &OrdersQuery, file: String) -> AnyView {
    if page.items.is_empty() {
        return view! {
            <div class="empty">
                <h2>"No orders"</h2>
                <p>"No order fits these filters."</p>
            </div>
        }
        .into_any();
    }
    let by_total = query.currency.is_some();
    let default = if by_total { OrderSort::TotalDescending } else { OrderSort::PlacedDescending };
    let sort = query.sort.unwrap_or(default);
    let descending = Some(sort.is_descending());
    let other = |ascending: OrderSort, other: OrderSort| {
        if sort == ascending { other.as_str() } else { ascending.as_str() }
    };
    // Amounts are compared in one currency; a list that is filtered by them is sorted by them.
    let (placed, total) = if by_total {
        let to = other(OrderSort::Total, OrderSort::TotalDescending);
        (
            view! { <th scope="col">"Placed"</th> }.into_any(),
            sort_header("Total", descending, to, "num").into_any(),
        )
    } else {
        let to = other(OrderSort::Placed, OrderSort::PlacedDescending);
        (
            sort_header("Placed", descending, to, "").into_any(),
            view! { <th scope="col" class="num">"Total"</th> }.into_any(),
        )
    };
    let pager = pager(&page, "order", "orders");
    let rows: Vec<_> = page.items.into_iter().map(row).collect();
    view! {
        <table class="list">
            <caption class="sr">{format!("Orders, {}", in_words(sort))}</caption>
            <thead><tr>
                <th scope="col">"Order"</th>
                <th scope="col">"Customer"</th>
                <th scope="col">"State"</th>
                {placed}
                {total}
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {pager}
        <p class="on-screen"><a href=file>"Download these orders as a file for spreadsheets (CSV)"</a></p>
    }
    .into_any()
}

fn row(order: OrderSummary) -> impl IntoView {
    view! {
        <tr>
            <th scope="row"><a href=urls::ORDER.of(order.id)>{order.reference}</a></th>
            <td data-label="Customer"><a href=urls::USER.of(order.customer.id)>{order.customer.name}</a></td>
            <td data-label="State"><OrderPill state=order.state/></td>
            <td data-label="Placed"><Moment at=order.placed_at/></td>
            <td class="num" data-label="Total">{order.total.to_string()}</td>
        </tr>
    }
}

const fn in_words(sort: OrderSort) -> &'static str {
    match sort {
        OrderSort::PlacedDescending => "the newest first",
        OrderSort::Placed => "the oldest first",
        OrderSort::TotalDescending => "the dearest first",
        OrderSort::Total => "the cheapest first",
    }
}

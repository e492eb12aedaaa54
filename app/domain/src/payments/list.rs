//! Lists payments, newest first.

use frontdesk_model::{
    OrderId, Page, Permission, UserId,
    filter::{AnyOf, MAX_VALUES, TimeRange},
    page::Key,
    payments::{PaymentSummary, PaymentsQuery},
};

use super::{
    Error,
    get::for_customer,
    sql::{self, SummaryRow},
};
use crate::{
    Context,
    db::Value,
    list::{By, CHANGES, Filter, Join, List, Predicate, Sort, Spec, Walk, only_changes},
    orders, params,
};

const BY_TIME: &[&str] = &["created"];
/// The filters of payments and refunds alike.
pub(crate) const FILTERS: &[Filter] = &[
    Filter::all("all", &[], BY_TIME),
    Filter::all("changes", &[], &["updated"]),
    Filter::all("state", &[STATE], BY_TIME),
    Filter::any("states", &[STATE], BY_TIME),
    Filter::all("order", &[ORDER], BY_TIME),
    Filter::all("order.state", &[STATE, ORDER], BY_TIME),
    // An order has few of them.
    Filter::all("order.states", &[ORDER, STATES], BY_TIME),
    Filter::all("order.customer", &[ORDER, CUSTOMER], BY_TIME),
    Filter::all("order.customer.states", &[ORDER, CUSTOMER, STATES], BY_TIME),
    Filter::all("customer", &[CUSTOMER], BY_TIME),
    Filter::all("customer.state", &[CUSTOMER, STATE], BY_TIME),
    Filter::any("customer.states", &[CUSTOMER, STATE], BY_TIME),
];
pub(crate) const SORTS: &[Sort] = &[Sort { name: "created", by: By::Id, has_range: true }, CHANGES];

const STATE: Predicate = Predicate::Is("state");
const STATES: Predicate = Predicate::In("state", MAX_VALUES);
const ORDER: Predicate = Predicate::Is("order_id");
const CUSTOMER: Predicate = Predicate::Is("customer_id");

pub static LIST: List = List::new(Spec {
    name: "db.payments.list",
    table: ("payments", "p"),
    columns: sql::columns!(),
    joins: &[
        Join { outer: false, table: ("orders", "o"), on: "o.id = p.order_id" },
        Join { outer: false, table: ("users", "u"), on: "u.id = o.customer_id" },
    ],
    filters: FILTERS,
    sorts: SORTS,
    ..Spec::EMPTY
});

/// A walk from the newest on, of payments or refunds with any of these states.
pub(crate) fn walk<T: Copy>(
    states: &AnyOf<T>,
    text: impl Fn(T) -> &'static str,
    (order, customer): (Option<OrderId>, Option<UserId>),
    created: &TimeRange,
) -> Walk {
    let of_order = |filter, order: Vec<Value>| {
        let states = states.values().iter().map(|state| text(*state).into());
        Walk::of(filter, order.into_iter().chain(states).collect())
    };
    let walk = match (states.values(), order, customer) {
        ([], None, None) => Walk::of("all", params![]),
        ([state], None, None) => Walk::of("state", params![text(*state)]),
        (_, None, None) => Walk::of_any(states, text, |state| ("states", params![state])),
        ([], Some(order), None) => Walk::of("order", params![order]),
        ([state], Some(order), None) => Walk::of("order.state", params![text(*state), order]),
        (_, Some(order), None) => of_order("order.states", params![order]),
        ([], Some(order), Some(customer)) => Walk::of("order.customer", params![order, customer]),
        (_, Some(order), Some(customer)) => of_order("order.customer.states", params![order, customer]),
        ([], None, Some(customer)) => Walk::of("customer", params![customer]),
        ([state], None, Some(customer)) => Walk::of("customer.state", params![customer, text(*state)]),
        (_, None, Some(customer)) => {
            Walk::of_any(states, text, |state| ("customer.states", params![customer, state]))
        }
    };
    walk.sorted("created", true).within(created, By::Id)
}

/// A page of payments, newest first: all, or those of one's own order.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`; [`Error::ForeignCursor`].
#[tracing::instrument(name = "payments.list", skip_all)]
pub async fn list(ctx: &Context, query: &PaymentsQuery) -> Result<Page<PaymentSummary>, Error> {
    allowed(ctx, query.order).await?;
    let filters = PaymentsQuery { limit: None, cursor: None, ..query.clone() };
    let list = format!("payments:{}", serde_json::to_string(&filters).unwrap_or_default());
    let is_of_changes = !query.updated.is_empty();
    if is_of_changes {
        only_changes(query.is_of_changes()).map_err(Error::Invalid)?;
    }
    let sort = if is_of_changes { CHANGES.name } else { "created" };
    let cursor = LIST.cursor(query.cursor.as_deref(), &list, sort)?;
    let limit = query.limit.unwrap_or_default();
    let walk = if is_of_changes {
        Walk::of_changes(&query.updated)
    } else {
        walk(&query.state, |state| state.as_str(), (query.order, query.customer), &query.created)
    };
    let rows: Vec<SummaryRow> = LIST.read(&ctx.db, walk.from(cursor.as_ref()).limit(limit)).await?;
    let is_staff = ctx.actor.may(Permission::ORDERS_READ);
    let cut = |summary: PaymentSummary| if is_staff { summary } else { for_customer(summary) };
    let rows = rows.into_iter().map(|row| cut(row.summary())).collect();
    Ok(Page::of_probe(rows, limit, &list, cursor.as_ref(), |one: &PaymentSummary| {
        (Key::Number(if is_of_changes { one.updated_at.micros() } else { 0 }), one.id.0)
    }))
}

/// Actors with `orders:read` may see all payments; customers those of their own orders.
pub(crate) async fn allowed(ctx: &Context, order: Option<OrderId>) -> Result<(), Error> {
    match order.filter(|_| !ctx.actor.may(Permission::ORDERS_READ) && ctx.actor.user().is_some()) {
        Some(order) => orders::get(ctx, order).await.map(|_| ()).map_err(|error| match error {
            orders::Error::NoSuchOrder => Error::NoSuchOrder,
            error => error.into(),
        }),
        None => Ok(ctx.actor.require(Permission::ORDERS_READ)?),
    }
}

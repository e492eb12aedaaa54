//! The lists of orders: by id, which is by time, or by total within a currency.

use frontdesk_model::{
    Page, Permission, TypedAmount, UserId,
    orders::{MAX_REFERENCE, MyOrdersQuery, OrderSort, OrderState, OrderSummary, OrdersQuery, RecentOrder},
    page::Key,
};
use uuid::Uuid;

use super::{
    Error,
    sql::{self, SummaryRow, columns},
};
use crate::{
    Context, Domain,
    clock::first_id_at,
    list::{By, Filter, Join, List, Place, Predicate, Sort, Spec, Walk},
    params,
};

const BY_TIME: &[&str] = &["placed"];
const BY_TOTAL: &[&str] = &["total"];

pub static LIST: List = List::new(Spec {
    name: "db.orders.list",
    table: ("orders", "o"),
    columns: columns!(),
    joins: &[Join { outer: false, table: ("users", "u"), on: "u.id = o.customer_id" }],
    filters: &[
        which("all", &[], BY_TIME),
        which("state", &[Predicate::Is("state")], BY_TIME),
        which("customer", &[Predicate::Is("customer_id")], BY_TIME),
        which("customer.state", &[Predicate::Is("customer_id"), Predicate::Is("state")], BY_TIME),
        which("currency", &[Predicate::Is("currency")], BY_TOTAL),
        // The literals are what lets the planner use the partial indexes.
        which(
            "currency.paid",
            &[Predicate::Is("currency"), Predicate::Literal("o.state = 'paid'")],
            BY_TOTAL,
        ),
        which(
            "currency.state",
            &[Predicate::Is("currency"), Predicate::Is("state"), Predicate::Literal("o.state <> 'paid'")],
            BY_TOTAL,
        ),
    ],
    sorts: &[
        Sort { name: "placed", by: By::Id, has_range: true },
        Sort { name: "total", by: By::Number("total_minor"), has_range: true },
    ],
    ..Spec::EMPTY
});

const fn which(
    name: &'static str,
    predicates: &'static [Predicate],
    sorts: &'static [&'static str],
) -> Filter {
    Filter { name, predicates, sorts, words: "" }
}

/// A page of all orders.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`; [`Error::Invalid`] for filters that cannot be combined;
/// [`Error::ForeignCursor`].
#[tracing::instrument(name = "orders.list", skip_all)]
pub async fn list(ctx: &Context, query: &OrdersQuery) -> Result<Page<OrderSummary>, Error> {
    ctx.actor.require(Permission::ORDERS_READ)?;
    page(ctx, query).await
}

/// A page of one's own orders, newest first.
///
/// # Errors
/// [`Error::Denied`] without an account; [`Error::ForeignCursor`].
#[tracing::instrument(name = "orders.list_mine", skip_all)]
pub async fn list_mine(ctx: &Context, query: &MyOrdersQuery) -> Result<Page<OrderSummary>, Error> {
    let customer = Some(ctx.actor.require_user()?);
    let MyOrdersQuery { state, since, until, limit, cursor } = query.clone();
    page(ctx, &OrdersQuery { customer, state, since, until, limit, cursor, ..OrdersQuery::default() }).await
}

/// The five newest orders of each of these users (at most a hundred), in one statement.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`.
#[tracing::instrument(name = "orders.recent", skip_all)]
pub async fn recent(ctx: &Context, users: &[UserId]) -> Result<Vec<(UserId, RecentOrder)>, Error> {
    ctx.actor.require(Permission::ORDERS_READ)?;
    if users.is_empty() { Ok(Vec::new()) } else { Ok(sql::recent(&ctx.db, users).await?) }
}

async fn page(domain: &Domain, query: &OrdersQuery) -> Result<Page<OrderSummary>, Error> {
    if let Some(reference) = &query.reference {
        if reference.as_str().chars().count() > MAX_REFERENCE {
            return Err(Error::field("reference", "too_long", "A reference has at most 64 characters"));
        }
        let found = sql::by_reference(&domain.db, reference.as_str()).await?;
        return Ok(Page { items: found.into_iter().collect(), next: None, prev: None });
    }
    let order = order_of(query)?;
    let list = list_name(query);
    let sort = if order.is_by_total() { "total" } else { "placed" };
    let cursor = LIST.cursor(query.cursor.as_deref(), &list, sort)?;
    let limit = query.limit.unwrap_or_default();
    let walk = if order.is_by_total() { by_total(query)? } else { by_time(query) };
    let walk = walk.sorted(sort, order.is_descending()).from(cursor.as_ref()).limit(limit);
    let rows: Vec<SummaryRow> = LIST.read(&domain.db, walk).await?;
    let orders = rows.into_iter().map(SummaryRow::summary).collect();
    let place = |one: &OrderSummary| {
        let key = if order.is_by_total() { one.total.minor } else { 0 };
        (Key::Number(key), one.id.0)
    };
    Ok(Page::of_probe(orders, limit, &list, cursor.as_ref(), place))
}

/// The sort that the filters require.
fn order_of(query: &OrdersQuery) -> Result<OrderSort, Error> {
    let by_amount = query.currency.is_some() || query.min.is_some() || query.max.is_some();
    let sort =
        query.sort.unwrap_or(if by_amount { OrderSort::TotalDescending } else { OrderSort::default() });
    if !by_amount && !sort.is_by_total() {
        return Ok(sort);
    }
    if query.currency.is_none() {
        return Err(Error::field("currency", "required", "Amounts are compared in one currency. Choose it"));
    }
    if !sort.is_by_total() {
        return Err(Error::field("sort", "mixed", "Orders of a currency or an amount are sorted by total"));
    }
    let mixed = [
        ("customer", query.customer.is_some()),
        ("since", query.since.is_some()),
        ("until", query.until.is_some()),
    ];
    match mixed.into_iter().find(|(_, there)| *there) {
        Some((field, _)) => {
            Err(Error::field(field, "mixed", "This does not go together with a currency or an amount"))
        }
        None => Ok(sort),
    }
}

fn by_time(query: &OrdersQuery) -> Walk {
    let walk = match (query.customer, query.state) {
        (None, None) => Walk::of("all", params![]),
        (None, Some(state)) => Walk::of("state", params![state.as_str()]),
        (Some(customer), None) => Walk::of("customer", params![customer]),
        (Some(customer), Some(state)) => Walk::of("customer.state", params![customer, state.as_str()]),
    };
    let walk = match query.since {
        Some(since) => walk.after(Place::of_id(before(first_id_at(since)))),
        None => walk,
    };
    match query.until {
        Some(until) => walk.before(Place::of_id(first_id_at(until))),
        None => walk,
    }
}

fn by_total(query: &OrdersQuery) -> Result<Walk, Error> {
    let currency = query.currency.unwrap_or(frontdesk_model::Currency::EUR);
    let bound = |field: &str, amount: &TypedAmount| {
        let money = amount.of(currency);
        money.map(|money| money.minor).map_err(|fault| Error::field(field, fault.code(), &fault.to_string()))
    };
    let mut walk = match query.state {
        None => Walk::of("currency", params![currency.code()]),
        Some(OrderState::Paid) => Walk::of("currency.paid", params![currency.code()]),
        Some(state) => Walk::of("currency.state", params![currency.code(), state.as_str()]),
    };
    if let Some(min) = &query.min {
        walk = walk.after(Place::new(bound("min", min)?, Uuid::nil()));
    }
    if let Some(max) = &query.max {
        walk = walk.before(Place::new(bound("max", max)?, Uuid::max()));
    }
    Ok(walk)
}

/// Name of the list with its filters, so that a cursor is valid only in the list that it came from.
fn list_name(query: &OrdersQuery) -> String {
    let filters = OrdersQuery { limit: None, cursor: None, ..query.clone() };
    format!("orders:{}", serde_json::to_string(&filters).unwrap_or_default())
}

/// The id before this one.
fn before(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128().saturating_sub(1))
}

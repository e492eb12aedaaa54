//! The lists of orders: by id, which is by time, or by total within a currency.

use frontdesk_model::{
    Currency, Page, Permission, TypedAmount, UserId,
    filter::{MAX_VALUES, TimeRange},
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
    list::{By, CHANGES, Filter, Join, List, Place, Predicate, Sort, Spec, Walk, only_changes},
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
        Filter::all("all", &[], BY_TIME),
        Filter::all("changes", &[], &["updated"]),
        Filter::all("state", &[Predicate::Is("state")], BY_TIME),
        Filter::all("customer", &[Predicate::Is("customer_id")], BY_TIME),
        Filter::all("customer.state", &[Predicate::Is("customer_id"), Predicate::Is("state")], BY_TIME),
        Filter::any("states", &[Predicate::Is("state")], BY_TIME),
        Filter::any("customer.states", &[Predicate::Is("customer_id"), Predicate::Is("state")], BY_TIME),
        Filter::all("currency", &[Predicate::Is("currency")], BY_TOTAL),
        Filter::all("currency.paid", PAID, BY_TOTAL),
        Filter::all("currency.state", APART, BY_TOTAL),
        Filter::any("currency.states", APART, BY_TOTAL),
        Filter {
            any: &[PAID, APART, APART, APART, APART, APART],
            ..Filter::all("currency.paid.states", &[], BY_TOTAL)
        },
    ],
    sorts: &[
        Sort { name: "placed", by: By::Id, has_range: true },
        CHANGES,
        Sort { name: "total", by: By::Number("total_minor"), has_range: true },
    ],
    ..Spec::EMPTY
});

/// Paid orders of a currency. The literals are what lets the planner use the partial indexes.
const PAID: &[Predicate] = &[Predicate::Is("currency"), Predicate::Literal("o.state = 'paid'")];
/// Orders of a currency in another state.
const APART: &[Predicate] =
    &[Predicate::Is("currency"), Predicate::Is("state"), Predicate::Literal("o.state <> 'paid'")];

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
    let MyOrdersQuery { state, since, until, created, limit, cursor } = query.clone();
    let query =
        OrdersQuery { customer, state, since, until, created, limit, cursor, ..OrdersQuery::default() };
    page(ctx, &query).await
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
    if !query.updated.is_empty() {
        return changes(domain, query).await;
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

/// Orders by the time of their last change.
async fn changes(domain: &Domain, query: &OrdersQuery) -> Result<Page<OrderSummary>, Error> {
    only_changes(query.is_of_changes()).map_err(Error::Invalid)?;
    let list = list_name(query);
    let cursor = LIST.cursor(query.cursor.as_deref(), &list, CHANGES.name)?;
    let limit = query.limit.unwrap_or_default();
    let rows =
        LIST.read(&domain.db, Walk::of_changes(&query.updated).from(cursor.as_ref()).limit(limit)).await?;
    let orders = rows.into_iter().map(SummaryRow::summary).collect();
    Ok(Page::of_probe(orders, limit, &list, cursor.as_ref(), |one: &OrderSummary| {
        (Key::Number(one.updated_at.micros()), one.id.0)
    }))
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
        ("created", !query.created.is_empty()),
    ];
    match mixed.into_iter().find(|(_, there)| *there) {
        Some((field, _)) => {
            Err(Error::field(field, "mixed", "With a currency or an amount, filter by state only"))
        }
        None => Ok(sort),
    }
}

fn by_time(query: &OrdersQuery) -> Walk {
    let walk = match (query.customer, query.state.values()) {
        (None, []) => Walk::of("all", params![]),
        (None, [state]) => Walk::of("state", params![state.as_str()]),
        (None, _) => Walk::of_any(&query.state, OrderState::as_str, |state| ("states", params![state])),
        (Some(customer), []) => Walk::of("customer", params![customer]),
        (Some(customer), [state]) => Walk::of("customer.state", params![customer, state.as_str()]),
        (Some(customer), _) => Walk::of_any(&query.state, OrderState::as_str, |state| {
            ("customer.states", params![customer, state])
        }),
    };
    let older = TimeRange { gte: query.since, lt: query.until, ..TimeRange::default() };
    walk.within(&query.created, By::Id).within(&older, By::Id)
}

fn by_total(query: &OrdersQuery) -> Result<Walk, Error> {
    let currency = query.currency.unwrap_or(Currency::EUR);
    let bound = |field: &str, amount: &TypedAmount| {
        let money = amount.of(currency);
        money.map(|money| money.minor).map_err(|fault| Error::field(field, fault.code(), &fault.to_string()))
    };
    let mut walk = match query.state.values() {
        [] => Walk::of("currency", params![currency.code()]),
        [OrderState::Paid] => Walk::of("currency.paid", params![currency.code()]),
        [state] => Walk::of("currency.state", params![currency.code(), state.as_str()]),
        states => of_states(currency, states),
    };
    if let Some(min) = &query.min {
        walk = walk.after(Place::new(bound("min", min)?, Uuid::nil()));
    }
    if let Some(max) = &query.max {
        walk = walk.before(Place::new(bound("max", max)?, Uuid::max()));
    }
    Ok(walk)
}

/// Orders of a currency in any of several states.
fn of_states(currency: Currency, states: &[OrderState]) -> Walk {
    let (paid, others): (Vec<&OrderState>, Vec<&OrderState>) =
        states.iter().partition(|state| **state == OrderState::Paid);
    let others = others.into_iter().map(|state| Some(state.as_str())).chain(std::iter::repeat(None));
    let apart = |walks| others.take(walks).flat_map(|state| params![currency.code(), state]);
    if paid.is_empty() {
        return Walk::of("currency.states", apart(MAX_VALUES).collect());
    }
    Walk::of(
        "currency.paid.states",
        params![currency.code()].into_iter().chain(apart(MAX_VALUES - 1)).collect(),
    )
}

/// Name of the list with its filters, so that a cursor is valid only in the list that it came from.
fn list_name(query: &OrdersQuery) -> String {
    let filters = OrdersQuery { limit: None, cursor: None, ..query.clone() };
    format!("orders:{}", serde_json::to_string(&filters).unwrap_or_default())
}

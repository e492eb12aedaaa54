//! The lists of orders. Each walks an index: by id, which is by time, or by total within a currency.

use frontdesk_model::{
    Cursor, Page, Permission, TypedAmount, UserId,
    order::{MAX_REFERENCE, OrderState, OrderSummary, RecentOrder},
    page::{ForeignCursor, Key},
    query::{MyOrdersQuery, OrderSort, OrdersQuery},
};
use uuid::Uuid;

use super::{
    Error,
    sql::{self, SummaryRow, columns},
};
use crate::{
    Domain,
    actor::Actor,
    clock::first_id_at,
    db::{Sql, Value},
    params,
};

macro_rules! page {
    ($which:literal, $walk:literal, $range:literal, $filter:literal, $order:literal, $limit:literal) => {
        Sql::new(
            concat!("db.orders.PAGE.", $which, ".", $walk),
            concat!(
                "SELECT ",
                columns!(),
                " FROM (SELECT * FROM orders o WHERE ",
                $filter,
                $range,
                " ORDER BY ",
                $order,
                " LIMIT CAST(",
                $limit,
                " AS BIGINT)) o JOIN users u ON u.id = o.customer_id ORDER BY ",
                $order
            ),
        )
    };
}

/// By time, ascending and descending.
macro_rules! by_time {
    ($which:literal, $filter:literal) => {
        [
            page!($which, "placed.ASC", "o.id > $1 AND o.id < $2", $filter, "o.id", "$3"),
            page!($which, "placed.DESC", "o.id > $1 AND o.id < $2", $filter, "o.id DESC", "$3"),
        ]
    };
}

/// By total, ascending and descending.
macro_rules! by_total {
    ($which:literal, $filter:literal) => {
        [
            by_total!($which, "total.ASC", $filter, "o.total_minor, o.id"),
            by_total!($which, "total.DESC", $filter, "o.total_minor DESC, o.id DESC"),
        ]
    };
    ($which:literal, $walk:literal, $filter:literal, $order:literal) => {
        page!(
            $which,
            $walk,
            "(o.total_minor, o.id) > ($1, $2) AND (o.total_minor, o.id) < ($3, $4)",
            $filter,
            $order,
            "$5"
        )
    };
}

const ALL: [Sql; 2] = by_time!("all", "");
const OF_STATE: [Sql; 2] = by_time!("state", "o.state = $4 AND ");
const OF_CUSTOMER: [Sql; 2] = by_time!("customer", "o.customer_id = $4 AND ");
const OF_CUSTOMER_STATE: [Sql; 2] = by_time!("customer.state", "o.customer_id = $4 AND o.state = $5 AND ");
const BY_TOTAL: [Sql; 2] = by_total!("all", "o.currency = $6 AND ");
// The literal predicates are what lets the planner use the partial indexes.
const PAID_BY_TOTAL: [Sql; 2] = by_total!("paid", "o.state = 'paid' AND o.currency = $6 AND ");
const OF_STATE_BY_TOTAL: [Sql; 2] =
    by_total!("state", "o.state <> 'paid' AND o.state = $7 AND o.currency = $6 AND ");

/// Every statement that the list can be, for the tests that prepare them and look at their plans.
pub fn list_statements() -> impl Iterator<Item = Sql> {
    [ALL, OF_STATE, OF_CUSTOMER, OF_CUSTOMER_STATE, BY_TOTAL, PAID_BY_TOTAL, OF_STATE_BY_TOTAL]
        .into_iter()
        .flatten()
}

/// A page of everybody's orders.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`; [`Error::Invalid`] for filters that do not go together;
/// [`Error::ForeignCursor`].
#[tracing::instrument(name = "orders.list", skip_all)]
pub async fn list(domain: &Domain, actor: &Actor, query: &OrdersQuery) -> Result<Page<OrderSummary>, Error> {
    actor.require(Permission::OrdersRead)?;
    page(domain, query).await
}

/// A page of one's own orders, the newest first.
///
/// # Errors
/// [`Error::Denied`] for who has no account; [`Error::ForeignCursor`].
#[tracing::instrument(name = "orders.list_mine", skip_all)]
pub async fn list_mine(
    domain: &Domain,
    actor: &Actor,
    query: &MyOrdersQuery,
) -> Result<Page<OrderSummary>, Error> {
    let customer = Some(actor.require_user()?);
    let MyOrdersQuery { state, since, until, limit, cursor } = query.clone();
    page(domain, &OrdersQuery { customer, state, since, until, limit, cursor, ..OrdersQuery::default() })
        .await
}

/// The five newest orders of each of these users (at most a hundred), in one statement.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`.
#[tracing::instrument(name = "orders.recent", skip_all)]
pub async fn recent(
    domain: &Domain,
    actor: &Actor,
    users: &[UserId],
) -> Result<Vec<(UserId, RecentOrder)>, Error> {
    actor.require(Permission::OrdersRead)?;
    if users.is_empty() { Ok(Vec::new()) } else { Ok(sql::recent(&domain.db, users).await?) }
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
    let cursor = query.cursor.as_deref().map(|text| Cursor::decode(text, &list)).transpose()?;
    let limit = query.limit.unwrap_or_default();
    let (sql, params) = if order.is_by_total() {
        by_total(query, order, cursor.as_ref(), limit.probe())?
    } else {
        by_time(query, order, cursor.as_ref(), limit.probe())
    };
    let rows: Vec<SummaryRow> = domain.db.all(sql, params).await?;
    let orders = rows.into_iter().map(SummaryRow::summary).collect();
    let place = |one: &OrderSummary| {
        let key = if order.is_by_total() { one.total.minor } else { 0 };
        (Key::Number(key), one.id.0)
    };
    Ok(Page::of_probe(orders, limit, &list, cursor.as_ref(), place))
}

/// The sort that goes with the filters.
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

fn by_time(query: &OrdersQuery, sort: OrderSort, cursor: Option<&Cursor>, limit: i64) -> (Sql, Vec<Value>) {
    let mut from = query.since.map_or(Uuid::nil(), |since| before(first_id_at(since)));
    let mut until = query.until.map_or(Uuid::max(), first_id_at);
    let backwards = cursor.is_some_and(|cursor| cursor.backwards);
    let descending = sort.is_descending() != backwards;
    match cursor {
        Some(cursor) if descending => until = until.min(cursor.id),
        Some(cursor) => from = from.max(cursor.id),
        None => {}
    }
    let mut params = params![from, until, limit];
    let statements = match (query.customer, query.state) {
        (None, None) => ALL,
        (None, Some(state)) => {
            params.push(state.as_str().into());
            OF_STATE
        }
        (Some(customer), None) => {
            params.push(customer.into());
            OF_CUSTOMER
        }
        (Some(customer), Some(state)) => {
            params.extend(params![customer, state.as_str()]);
            OF_CUSTOMER_STATE
        }
    };
    (statements[usize::from(descending)], params)
}

fn by_total(
    query: &OrdersQuery,
    sort: OrderSort,
    cursor: Option<&Cursor>,
    limit: i64,
) -> Result<(Sql, Vec<Value>), Error> {
    let currency = query.currency.unwrap_or(frontdesk_model::Currency::EUR);
    let bound = |field: &str, amount: &Option<TypedAmount>, otherwise: i64| match amount {
        None => Ok(otherwise),
        Some(amount) => amount.of(currency).map(|money| money.minor).ok_or_else(|| {
            Error::field(field, "amount", "Enter an amount that this currency has, such as 12.50")
        }),
    };
    let mut lower = (bound("min", &query.min, i64::MIN)?, Uuid::nil());
    let mut upper = (bound("max", &query.max, i64::MAX)?, Uuid::max());
    let backwards = cursor.is_some_and(|cursor| cursor.backwards);
    let descending = sort.is_descending() != backwards;
    if let Some(cursor) = cursor {
        let Key::Number(key) = cursor.key else { return Err(ForeignCursor.into()) };
        if descending {
            upper = upper.min((key, cursor.id));
        } else {
            lower = lower.max((key, cursor.id));
        }
    }
    let mut params = params![lower.0, lower.1, upper.0, upper.1, limit, currency.code()];
    let statements = match query.state {
        None => BY_TOTAL,
        Some(OrderState::Paid) => PAID_BY_TOTAL,
        Some(state) => {
            params.push(state.as_str().into());
            OF_STATE_BY_TOTAL
        }
    };
    Ok((statements[usize::from(descending)], params))
}

/// Names the list by its filters, so that a cursor leads on only where it came from.
fn list_name(query: &OrdersQuery) -> String {
    let filters = OrdersQuery { limit: None, cursor: None, ..query.clone() };
    format!("orders:{}", serde_json::to_string(&filters).unwrap_or_default())
}

/// The id before this one.
fn before(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128().saturating_sub(1))
}

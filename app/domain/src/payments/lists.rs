//! Payments and refunds to look at. Each list walks an index by id, which is by time.

use frontdesk_model::{
    Cursor, Page, PaymentFailure, PaymentId, Permission, RefundId,
    page::Key,
    payment::{Payment, PaymentSummary},
    query::{PaymentsQuery, RefundsQuery},
    refund::Refund,
};
use uuid::Uuid;

use super::{
    Error,
    refund_store::{self, RefundRow},
    store::{self, SummaryRow},
};
use crate::{
    Domain,
    actor::Actor,
    db::{Sql, Value},
    orders, params,
};

macro_rules! payments {
    ($which:literal, $filter:literal) => {
        [payments!($which, "DESC", "<", $filter), payments!($which, "ASC", ">", $filter)]
    };
    ($which:literal, $order:literal, $than:literal, $filter:literal) => {
        Sql::new(
            concat!("db.payments.PAGE.", $which, ".", $order),
            concat!(
                "SELECT ",
                store::columns!(),
                " FROM (SELECT * FROM payments p WHERE ",
                $filter,
                "p.id ",
                $than,
                " $1 ORDER BY p.id ",
                $order,
                " LIMIT CAST($2 AS BIGINT)) p JOIN orders o ON o.id = p.order_id \
                 JOIN users u ON u.id = o.customer_id ORDER BY p.id ",
                $order
            ),
        )
    };
}

macro_rules! refunds {
    ($which:literal, $filter:literal) => {
        [refunds!($which, "DESC", "<", $filter), refunds!($which, "ASC", ">", $filter)]
    };
    ($which:literal, $order:literal, $than:literal, $filter:literal) => {
        Sql::new(
            concat!("db.refunds.PAGE.", $which, ".", $order),
            concat!(
                "SELECT ",
                refund_store::columns!(),
                " FROM (SELECT * FROM refunds r WHERE ",
                $filter,
                "r.id ",
                $than,
                " $1 ORDER BY r.id ",
                $order,
                " LIMIT CAST($2 AS BIGINT)) r JOIN orders o ON o.id = r.order_id \
                 ORDER BY r.id ",
                $order
            ),
        )
    };
}

/// By filter (1: state, 2: order, added up), then by direction.
const PAYMENTS: [[Sql; 2]; 4] = [
    payments!("all", ""),
    payments!("state", "p.state = $3 AND "),
    payments!("order", "p.order_id = $3 AND "),
    payments!("state.order", "p.state = $3 AND p.order_id = $4 AND "),
];

/// The same.
const REFUNDS: [[Sql; 2]; 4] = [
    refunds!("all", ""),
    refunds!("state", "r.state = $3 AND "),
    refunds!("order", "r.order_id = $3 AND "),
    refunds!("state.order", "r.state = $3 AND r.order_id = $4 AND "),
];

/// Every statement that the lists can be, for the tests that prepare them and look at their plans.
pub fn list_statements() -> impl Iterator<Item = Sql> {
    PAYMENTS.into_iter().chain(REFUNDS).flatten()
}

/// A page of payments, newest first: everybody's, or those of one's own order.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`; [`Error::ForeignCursor`].
#[tracing::instrument(name = "payments.list", skip_all)]
pub async fn list(
    domain: &Domain,
    actor: &Actor,
    query: &PaymentsQuery,
) -> Result<Page<PaymentSummary>, Error> {
    allowed(domain, actor, query.order).await?;
    let filters = PaymentsQuery { limit: None, cursor: None, ..query.clone() };
    let list = format!("payments:{}", serde_json::to_string(&filters).unwrap_or_default());
    let cursor = query.cursor.as_deref().map(|text| Cursor::decode(text, &list)).transpose()?;
    let limit = query.limit.unwrap_or_default();
    let filters = [query.state.map(|state| state.as_str().into()), query.order.map(Value::from)];
    let (sql, params) = choose(&PAYMENTS, filters, cursor.as_ref(), limit.probe());
    let rows: Vec<SummaryRow> = domain.db.all(sql, params).await?;
    let is_staff = actor.may(Permission::OrdersRead);
    let cut = |summary: PaymentSummary| if is_staff { summary } else { for_customer(summary) };
    let rows = rows.into_iter().map(|row| cut(row.summary())).collect();
    Ok(Page::of_probe(rows, limit, &list, cursor.as_ref(), |one: &PaymentSummary| (Key::Number(0), one.id.0)))
}

/// A page of refunds, newest first: everybody's, or those of one's own order.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`; [`Error::ForeignCursor`].
#[tracing::instrument(name = "payments.list_refunds", skip_all)]
pub async fn list_refunds(
    domain: &Domain,
    actor: &Actor,
    query: &RefundsQuery,
) -> Result<Page<Refund>, Error> {
    allowed(domain, actor, query.order).await?;
    let filters = RefundsQuery { limit: None, cursor: None, ..query.clone() };
    let list = format!("refunds:{}", serde_json::to_string(&filters).unwrap_or_default());
    let cursor = query.cursor.as_deref().map(|text| Cursor::decode(text, &list)).transpose()?;
    let limit = query.limit.unwrap_or_default();
    let filters = [query.state.map(|state| state.as_str().into()), query.order.map(Value::from)];
    let (sql, params) = choose(&REFUNDS, filters, cursor.as_ref(), limit.probe());
    let rows: Vec<RefundRow> = domain.db.all(sql, params).await?;
    let is_staff = actor.may(Permission::OrdersRead);
    let rows = rows.into_iter().map(|row| for_reader(row.refund(), is_staff)).collect();
    Ok(Page::of_probe(rows, limit, &list, cursor.as_ref(), |one: &Refund| (Key::Number(0), one.id.0)))
}

/// Who has `orders:read` may see all; a customer what belongs to an order of theirs.
async fn allowed(
    domain: &Domain,
    actor: &Actor,
    order: Option<frontdesk_model::OrderId>,
) -> Result<(), Error> {
    match order.filter(|_| !actor.may(Permission::OrdersRead) && actor.user().is_some()) {
        Some(order) => orders::get(domain, actor, order).await.map(|_| ()).map_err(|error| match error {
            orders::Error::NoSuchOrder => Error::NoSuchOrder,
            error => error.into(),
        }),
        None => Ok(actor.require(Permission::OrdersRead)?),
    }
}

fn choose(
    statements: &[[Sql; 2]; 4],
    filters: [Option<Value>; 2],
    cursor: Option<&Cursor>,
    limit: i64,
) -> (Sql, Vec<Value>) {
    let backwards = cursor.is_some_and(|cursor| cursor.backwards);
    let from = cursor.map_or(Uuid::max(), |cursor| cursor.id);
    let which = usize::from(filters[0].is_some()) + 2 * usize::from(filters[1].is_some());
    let mut params = params![from, limit];
    params.extend(filters.into_iter().flatten());
    (statements[which][usize::from(backwards)], params)
}

/// One payment: of one's own order, or any with `orders:read`. What was said between us and the
/// gateway is for those with the permission.
///
/// # Errors
/// [`Error::NoSuchPayment`], also for who may not see it; [`Error::Denied`] for who is nobody.
#[tracing::instrument(name = "payments.get", skip_all)]
pub async fn get(domain: &Domain, actor: &Actor, id: PaymentId) -> Result<Payment, Error> {
    if actor.user().is_none() {
        actor.require(Permission::OrdersRead)?;
    }
    let payment = by_id(domain, id).await?;
    if !orders::may_see(actor, payment.summary.customer.id) {
        return Err(Error::NoSuchPayment);
    }
    Ok(shown_to(actor, payment))
}

/// As those without `orders:read` may see it: without what was said between us and the gateway.
pub(super) fn shown_to(actor: &Actor, payment: Payment) -> Payment {
    if actor.may(Permission::OrdersRead) {
        return payment;
    }
    Payment { summary: for_customer(payment.summary), attempts: Vec::new(), ..payment }
}

fn for_customer(summary: PaymentSummary) -> PaymentSummary {
    PaymentSummary { failure: summary.failure.map(PaymentFailure::for_customer), ..summary }
}

pub(super) async fn by_id(domain: &Domain, id: PaymentId) -> Result<Payment, Error> {
    store::read(&domain.db, id).await?.ok_or(Error::NoSuchPayment)
}

/// One refund.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`; [`Error::NoSuchRefund`].
#[tracing::instrument(name = "payments.get_refund", skip_all)]
pub async fn get_refund(domain: &Domain, actor: &Actor, id: RefundId) -> Result<Refund, Error> {
    actor.require(Permission::OrdersRead)?;
    refund_by_id(domain, id).await
}

pub(super) async fn refund_by_id(domain: &Domain, id: RefundId) -> Result<Refund, Error> {
    refund_store::by_id(&domain.db, id).await?.ok_or(Error::NoSuchRefund)
}

/// Customers are not told who of the staff did it, and what they wrote down about it.
fn for_reader(refund: Refund, is_staff: bool) -> Refund {
    if is_staff {
        return refund;
    }
    let (requested_by, reason) = (String::new(), String::new());
    Refund { requested_by, reason, requested_by_id: None, decided_by: None, failure: None, ..refund }
}

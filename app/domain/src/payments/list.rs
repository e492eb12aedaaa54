//! Lists payments. Each list walks an index by id, which is by time.

use frontdesk_model::{Cursor, Page, Permission, page::Key, payment::PaymentSummary, query::PaymentsQuery};
use uuid::Uuid;

use super::{
    Error,
    get::for_customer,
    sql::{self, SummaryRow},
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
                sql::columns!(),
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

/// By filter (1: state, 2: order, added up), then by direction.
const PAYMENTS: [[Sql; 2]; 4] = [
    payments!("all", ""),
    payments!("state", "p.state = $3 AND "),
    payments!("order", "p.order_id = $3 AND "),
    payments!("state.order", "p.state = $3 AND p.order_id = $4 AND "),
];

/// The statements of the list, for the tests that prepare them and look at their plans.
pub fn list_statements() -> impl Iterator<Item = Sql> {
    PAYMENTS.into_iter().flatten()
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

/// Who has `orders:read` may see all; a customer what belongs to an order of theirs.
pub(crate) async fn allowed(
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

pub(crate) fn choose(
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

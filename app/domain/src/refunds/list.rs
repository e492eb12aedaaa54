//! Lists refunds. Each list walks an index by id, which is by time.

use frontdesk_model::{Cursor, Page, Permission, page::Key, query::RefundsQuery, refund::Refund};

use super::{
    Error,
    sql::{self, RefundRow},
};
use crate::{
    Domain,
    actor::Actor,
    db::{Sql, Value},
    payments::{allowed, choose},
};

macro_rules! refunds {
    ($which:literal, $filter:literal) => {
        [refunds!($which, "DESC", "<", $filter), refunds!($which, "ASC", ">", $filter)]
    };
    ($which:literal, $order:literal, $than:literal, $filter:literal) => {
        Sql::new(
            concat!("db.refunds.PAGE.", $which, ".", $order),
            concat!(
                "SELECT ",
                sql::columns!(),
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

/// The same.
const REFUNDS: [[Sql; 2]; 4] = [
    refunds!("all", ""),
    refunds!("state", "r.state = $3 AND "),
    refunds!("order", "r.order_id = $3 AND "),
    refunds!("state.order", "r.state = $3 AND r.order_id = $4 AND "),
];

/// The statements of the list, for the tests that prepare them and look at their plans.
pub fn list_statements() -> impl Iterator<Item = Sql> {
    REFUNDS.into_iter().flatten()
}

/// A page of refunds, newest first: everybody's, or those of one's own order.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`; [`Error::ForeignCursor`].
#[tracing::instrument(name = "payments.list_refunds", skip_all)]
pub async fn list(domain: &Domain, actor: &Actor, query: &RefundsQuery) -> Result<Page<Refund>, Error> {
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

/// Customers are not told who of the staff did it, and what they wrote down about it.
fn for_reader(refund: Refund, is_staff: bool) -> Refund {
    if is_staff {
        return refund;
    }
    let (requested_by, reason) = (String::new(), String::new());
    Refund { requested_by, reason, requested_by_id: None, decided_by: None, failure: None, ..refund }
}

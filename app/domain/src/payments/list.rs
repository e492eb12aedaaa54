//! Lists payments, newest first.

use frontdesk_model::{
    OrderId, Page, Permission,
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
    list::{By, Filter, Join, List, Predicate, Sort, Spec, Walk},
    orders,
};

/// The filters of payments and refunds alike.
pub(crate) const FILTERS: &[Filter] = &[
    which("all", &[]),
    which("state", &[Predicate::Is("state")]),
    which("order", &[Predicate::Is("order_id")]),
    which("state.order", &[Predicate::Is("state"), Predicate::Is("order_id")]),
];
pub(crate) const SORTS: &[Sort] = &[Sort { name: "created", by: By::Id, has_range: false }];

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

const fn which(name: &'static str, predicates: &'static [Predicate]) -> Filter {
    Filter { name, predicates, sorts: &["created"], words: "" }
}

/// A walk from the newest on, of payments or refunds.
pub(crate) fn walk(state: Option<&str>, order: Option<OrderId>) -> Walk {
    let filter = match (state, order) {
        (None, None) => "all",
        (Some(_), None) => "state",
        (None, Some(_)) => "order",
        (Some(_), Some(_)) => "state.order",
    };
    let values = [state.map(Value::from), order.map(Value::from)];
    Walk::of(filter, values.into_iter().flatten().collect()).sorted("created", true)
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
    let cursor = LIST.cursor(query.cursor.as_deref(), &list, "created")?;
    let limit = query.limit.unwrap_or_default();
    let walk = walk(query.state.map(|state| state.as_str()), query.order);
    let rows: Vec<SummaryRow> = LIST.read(&ctx.db, walk.from(cursor.as_ref()).limit(limit)).await?;
    let is_staff = ctx.actor.may(Permission::ORDERS_READ);
    let cut = |summary: PaymentSummary| if is_staff { summary } else { for_customer(summary) };
    let rows = rows.into_iter().map(|row| cut(row.summary())).collect();
    Ok(Page::of_probe(rows, limit, &list, cursor.as_ref(), |one: &PaymentSummary| (Key::Number(0), one.id.0)))
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

//! Lists refunds, newest first.

use frontdesk_model::{
    Page, Permission,
    page::Key,
    refunds::{Refund, RefundsQuery},
};

use super::{
    Error,
    sql::{self, RefundRow},
};
use crate::{
    Context,
    list::{CHANGES, Join, List, Spec, Walk, only_changes},
    payments::{FILTERS, SORTS, allowed, walk},
};

pub static LIST: List = List::new(Spec {
    name: "db.refunds.list",
    table: ("refunds", "r"),
    columns: sql::columns!(),
    joins: &[Join { outer: false, table: ("orders", "o"), on: "o.id = r.order_id" }],
    filters: FILTERS,
    sorts: SORTS,
    ..Spec::EMPTY
});

/// A page of refunds, newest first: all, or those of one's own order.
///
/// # Errors
/// [`Error::Denied`] without `orders:read`; [`Error::ForeignCursor`].
#[tracing::instrument(name = "payments.list_refunds", skip_all)]
pub async fn list(ctx: &Context, query: &RefundsQuery) -> Result<Page<Refund>, Error> {
    allowed(ctx, query.order).await?;
    let filters = RefundsQuery { limit: None, cursor: None, ..query.clone() };
    let list = format!("refunds:{}", serde_json::to_string(&filters).unwrap_or_default());
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
    let rows: Vec<RefundRow> = LIST.read(&ctx.db, walk.from(cursor.as_ref()).limit(limit)).await?;
    let is_staff = ctx.actor.may(Permission::ORDERS_READ);
    let rows = rows.into_iter().map(|row| for_reader(row.refund(), is_staff)).collect();
    Ok(Page::of_probe(rows, limit, &list, cursor.as_ref(), |one: &Refund| {
        (Key::Number(if is_of_changes { one.updated_at.micros() } else { 0 }), one.id.0)
    }))
}

/// Customers do not see the staff involved, nor their reasons.
fn for_reader(refund: Refund, is_staff: bool) -> Refund {
    if is_staff {
        return refund;
    }
    let (requested_by, reason) = (String::new(), String::new());
    Refund { requested_by, reason, requested_by_id: None, decided_by: None, failure: None, ..refund }
}

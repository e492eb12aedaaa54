//! `GET /api/v1/orders`.

use frontdesk_domain::orders;
use frontdesk_model::{
    Page, Permission, Problem,
    orders::{OrderSummary, OrdersQuery},
};

use super::paid;
use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("orders.list", "/orders", list)
        .about(
            "List orders",
            "A page of everybody's orders, the newest first. `min`, `max` and sorting by total compare amounts, so \
             they need a `currency`, and go together with `state` only. `reference` finds the one that is called so, \
             whatever else is asked for.",
        )
        .shows(paid())
        .needs(Permission::ORDERS_READ)
}

async fn list(call: Call, query: OrdersQuery) -> Result<Page<OrderSummary>, Problem> {
    Ok(orders::list(&call, &query).await?)
}

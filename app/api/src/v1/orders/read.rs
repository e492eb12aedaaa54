//! `GET /api/v1/orders/{id}`.

use frontdesk_domain::orders;
use frontdesk_model::{
    Problem,
    orders::{OneOrder, Order},
};

use super::paid;
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("orders.read", "/orders/{id}", read)
        .about(
            "Read an order",
            "One order with its lines, and the payment that is under way or has succeeded.",
        )
        .shows(paid())
        .notes(&["Others' orders are not found without `orders:read`, and `note` is left out."])
}

async fn read(call: Call, of: OneOrder) -> Result<Item<Order>, Problem> {
    Ok(Item(orders::get(&call, of.id).await?))
}

//! `POST /api/v1/orders`.

use frontdesk_domain::orders;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    orders::{Order, PlaceOrder},
};

use super::unpaid;
use crate::{answer::Created, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("orders.place", "/orders", place)
        .about(
            "Place an order",
            "Places an order for a customer, who can pay it from then on. Amounts are whole numbers of minor units. \
             Send your own number of the order as `reference`: there is one order with it at most, also with another \
             idempotency key.",
        )
        .shows(unpaid("placed"))
        .needs(Permission::ORDERS_CREATE)
        .needs_key()
        .audits(&[Action::ORDER_PLACED])
        .refuses(&[Code::OrderExists])
}

async fn place(call: Call, form: PlaceOrder) -> Result<Created<Order>, Problem> {
    let order = orders::place(&call, form).await?;
    Ok(Created { path: format!("/orders/{}", order.summary.id), body: order })
}

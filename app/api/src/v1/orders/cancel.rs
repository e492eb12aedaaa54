//! `POST /api/v1/orders/{id}/cancel`.

use frontdesk_domain::orders;
use frontdesk_model::{
    Code, Permission, Problem,
    audit::Action,
    orders::{CancelOrder, Order},
};

use super::unpaid;
use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("orders.cancel", "/orders/{id}/cancel", cancel)
        .about(
            "Cancel an order",
            "Calls off an order that is not paid, for a reason that is kept in the audit trail. One that is paid is \
             refunded instead.",
        )
        .shows(unpaid("cancelled"))
        .needs(Permission::ORDERS_CANCEL)
        .versioned()
        .audits(&[Action::ORDER_CANCELLED])
        .refuses(&[Code::WrongState])
}

async fn cancel(call: Call, form: CancelOrder) -> Result<Item<Order>, Problem> {
    Ok(Item(orders::cancel(&call, form).await?))
}

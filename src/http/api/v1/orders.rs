//! `/api/v1/orders`: what people buy.

use frontdesk_domain::orders;
use frontdesk_model::{
    Code, Page, Permission, Problem,
    audit::Action,
    forms::{CancelOrder, OneOrder, PlaceOrder},
    order::{Order, OrderSummary},
    query::{MyOrdersQuery, OrdersQuery},
};

use crate::http::api::{
    answer::{Created, Item},
    call::Call,
    operation::Route,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("orders.list", "/orders", list)
            .about(
                "List orders",
                "A page of everybody's orders, the newest first. `min`, `max` and sorting by total compare amounts, so \
                 they need a `currency`, and go together with `state` only. `reference` finds the one that is called so, \
                 whatever else is asked for.",
            )
            .needs(Permission::OrdersRead),
        Route::post("orders.place", "/orders", place)
            .about(
                "Place an order",
                "Places an order for a customer, who can pay it from then on. Amounts are whole numbers of minor units. \
                 Send your own number of the order as `reference`: there is one order with it at most, also with another \
                 idempotency key.",
            )
            .needs(Permission::OrdersCreate)
            .needs_key()
            .audits(&[Action::OrderPlaced])
            .refuses(&[Code::OrderExists]),
        Route::get("orders.list_mine", "/me/orders", list_mine)
            .about("List my orders", "The orders of the person whom a personal token acts for.")
            .refuses(&[Code::Forbidden])
            .notes(&["A service token acts for nobody, and is answered FORBIDDEN."]),
        Route::get("orders.read", "/orders/{id}", read)
            .about(
                "Read an order",
                "One order with its lines, and the payment that is under way or has succeeded.",
            )
            .notes(&["Others' orders are not found without `orders:read`, and `note` is left out."]),
        Route::post("orders.cancel", "/orders/{id}/cancel", cancel)
            .about(
                "Cancel an order",
                "Calls off an order that is not paid, for a reason that is kept in the audit trail. One that is paid is \
                 refunded instead.",
            )
            .needs(Permission::OrdersCancel)
            .audits(&[Action::OrderCancelled])
            .refuses(&[Code::WrongState]),
    ]
}

async fn list(call: Call, query: OrdersQuery) -> Result<Page<OrderSummary>, Problem> {
    Ok(orders::list(&call.domain, &call.actor, &query).await?)
}

async fn place(call: Call, form: PlaceOrder) -> Result<Created<Order>, Problem> {
    let order = orders::place(&call.domain, &call.actor, form).await?;
    Ok(Created { path: format!("/orders/{}", order.summary.id), body: order })
}

async fn list_mine(call: Call, query: MyOrdersQuery) -> Result<Page<OrderSummary>, Problem> {
    Ok(orders::list_mine(&call.domain, &call.actor, &query).await?)
}

async fn read(call: Call, of: OneOrder) -> Result<Item<Order>, Problem> {
    Ok(Item(orders::get(&call.domain, &call.actor, of.id).await?))
}

async fn cancel(call: Call, form: CancelOrder) -> Result<Item<Order>, Problem> {
    Ok(Item(orders::cancel(&call.domain, &call.actor, form).await?))
}

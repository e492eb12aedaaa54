//! Orders.

pub(crate) mod export;
mod forms;
mod order;
mod query;

pub use forms::{
    CancelOrder, MAX_DESCRIPTION, MAX_LINES, MAX_NOTE, MAX_QUANTITY, MAX_REFERENCE, NewLine, OneOrder,
    PlaceOrder, check_description, check_reference,
};
pub use order::{CurrentPayment, Line, Order, OrderState, OrderSummary, RECENT, RecentOrder, reference_of};
pub use query::{MyOrdersQuery, OrderSort, OrdersQuery};

use crate::{audit::actions, permission::permissions};

permissions! {
    ORDERS_READ = "orders:read", "See everybody’s orders, payments and refunds, and what comes in", [Admin, Support, Auditor];
    ORDERS_CREATE = "orders:create", "Place orders for customers", [Admin, Support];
    ORDERS_CANCEL = "orders:cancel", "Cancel orders that are not paid", [Admin, Support];
}

actions! {
    ORDER_PLACED = "order.placed", "placed an order", Order;
    ORDER_CANCELLED = "order.cancelled", "cancelled an order", Order;
}

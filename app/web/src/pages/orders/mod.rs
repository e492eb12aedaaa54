//! Orders: the pages of staff and those of customers.

pub mod list;
pub mod my_order;
pub mod my_orders;
pub mod new;
pub mod order;
pub mod parts;
pub mod receipt;

use frontdesk_model::{Permission, urls};

use crate::{
    feature::{Feature, NavigationEntry},
    flash::Flash,
};

pub const ORDER_PLACED: Flash = Flash::new("order-placed", "Order placed.");
pub const ORDER_CANCELLED: Flash = Flash::new("order-cancelled", "Order cancelled.");

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "orders",
    pages: &[
        urls::ORDERS.path(),
        urls::NEW_ORDER.path(),
        urls::ORDER.template(),
        urls::ACCOUNT_ORDERS.path(),
        urls::ACCOUNT_ORDER.template(),
        urls::ACCOUNT_RECEIPT.template(),
    ],
    forms: &[new::PLACE_ORDER, order::CANCEL_ORDER],
    navigation: &[NavigationEntry {
        url: urls::ORDERS,
        label: "Orders",
        permission: Some(Permission::ORDERS_READ),
    }],
    flashes: &[ORDER_PLACED, ORDER_CANCELLED],
};

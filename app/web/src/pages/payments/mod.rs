//! Payments, and the page of the sandbox that stands for a bank.

pub mod list;
pub mod parts;
pub mod pay;
pub mod payment;
pub mod sandbox;

use frontdesk_model::{Permission, urls};

use crate::{
    feature::{Feature, NavigationEntry},
    flash::Flash,
};

pub const PAID: Flash = Flash::new("paid", "The order is paid.");
pub const PAYMENT_STARTED: Flash = Flash::new("payment-started", "Your payment is under way.");
pub const PAYMENT_CANCELLED: Flash = Flash::new("payment-cancelled", "The payment is being called off.");

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "payments",
    pages: &[urls::PAYMENTS.path(), urls::PAYMENT.template(), urls::SANDBOX_PAYMENT.template()],
    forms: &[pay::PAY_ORDER, pay::CANCEL_PAYMENT, sandbox::CONFIRM_SANDBOX],
    navigation: &[NavigationEntry {
        url: urls::PAYMENTS,
        label: "Payments",
        permission: Some(Permission::ORDERS_READ),
    }],
    flashes: &[PAID, PAYMENT_STARTED, PAYMENT_CANCELLED],
};

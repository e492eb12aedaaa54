//! Payments: attempts to pay an order, and their results.

mod failure;
mod forms;
mod method;
mod payment;
mod query;

pub use failure::{DeclineReason, PaymentFailure};
pub use forms::{ConfirmSandbox, OnePayment, PayOrder};
pub use method::{MAX_METHOD, check_method};
pub use payment::{OrderOf, Payment, PaymentAttempt, PaymentState, PaymentSummary};
pub use query::PaymentsQuery;

use crate::{audit::actions, permission::permissions};

permissions! {
    PAYMENTS_CREATE = "payments:create", "Charge customers for their orders, and call a payment off", [Admin];
}

actions! {
    PAYMENT_STARTED = "payment.started", "began to pay an order", Order;
    PAYMENT_CONFIRMATION_REQUIRED = "payment.confirmation_required", "has to have a payment confirmed at the customer’s bank", Order;
    PAYMENT_UNKNOWN = "payment.unknown", "does not know yet what became of a payment", Order;
    PAYMENT_SUCCEEDED = "payment.succeeded", "captured a payment", Order;
    PAYMENT_DECLINED = "payment.declined", "was told that the card is declined", Order;
    PAYMENT_INSUFFICIENT_FUNDS = "payment.insufficient_funds", "was told that there is not enough money", Order;
    PAYMENT_NETWORK_ERROR = "payment.network_error", "could not reach the payment gateway", Order;
    PAYMENT_METHOD_INVALID = "payment.method_invalid", "was told that the payment method cannot be used", Order;
    PAYMENT_REFUSED = "payment.refused", "was told that the payment is not possible", Order;
    PAYMENT_NOT_CONFIRMED = "payment.not_confirmed", "ended a payment that nobody confirmed", Order;
    PAYMENT_CANCELLED = "payment.cancelled", "called off a payment", Order;
}

//! Refunds.

mod forms;
mod query;
mod refund;

pub use forms::{OneRefund, RejectRefund, RequestRefund, RequestRefundOnPage};
pub use query::RefundsQuery;
pub use refund::{Refund, RefundState};

use crate::{audit::actions, permission::permissions};

permissions! {
    REFUNDS_CREATE = "refunds:create", "Refund payments, the larger ones with somebody else’s approval", [Admin, Support];
    REFUNDS_APPROVE = "refunds:approve", "Approve and reject refunds that others asked for", [Admin];
}

actions! {
    REFUND_REQUESTED = "refund.requested", "asked for a refund", Order;
    REFUND_APPROVED = "refund.approved", "approved a refund", Order;
    REFUND_REJECTED = "refund.rejected", "rejected a refund", Order;
    REFUND_SUCCEEDED = "refund.succeeded", "paid back", Order;
    REFUND_FAILED = "refund.failed", "could not pay back", Order;
}

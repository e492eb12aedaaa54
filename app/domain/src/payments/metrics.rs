//! What is counted of payments, once it is committed. Nobody listens unless the server was told to.

use std::time::Duration;

use ::metrics::{counter, histogram};

/// A payment has come to something: `succeeded`, `unknown`, `confirmation_required`, or the kind of its
/// failure.
pub(crate) fn payment(outcome: &'static str) {
    counter!("frontdesk_payments_total", "outcome" => outcome).increment(1);
}

/// A refund has come to something.
pub(crate) fn refund(outcome: &'static str) {
    counter!("frontdesk_refunds_total", "outcome" => outcome).increment(1);
}

/// The gateway was asked something, and has answered or not.
pub(crate) fn exchange(asked: &'static str, answered: bool, duration_ms: i64) {
    let answered = if answered { "yes" } else { "no" };
    let took = Duration::from_millis(u64::try_from(duration_ms).unwrap_or(0));
    histogram!("frontdesk_gateway_seconds", "asked" => asked, "answered" => answered).record(took);
}

//! Metrics of payments, updated after the commit. Without `--metrics-listen` they are discarded.

use std::time::Duration;

use ::metrics::{counter, histogram};

/// Counts a payment's result: `succeeded`, `unknown`, `confirmation_required`, or the kind of its
/// failure.
pub(crate) fn payment(outcome: &'static str) {
    counter!("frontdesk_payments_total", "outcome" => outcome).increment(1);
}

/// Counts a refund's result.
pub(crate) fn refund(outcome: &'static str) {
    counter!("frontdesk_refunds_total", "outcome" => outcome).increment(1);
}

/// Records the duration of a call of the gateway, and whether it answered.
pub(crate) fn exchange(asked: &'static str, answered: bool, duration_ms: i64) {
    let answered = if answered { "yes" } else { "no" };
    let took = Duration::from_millis(u64::try_from(duration_ms).unwrap_or(0));
    histogram!("frontdesk_gateway_seconds", "asked" => asked, "answered" => answered).record(took);
}

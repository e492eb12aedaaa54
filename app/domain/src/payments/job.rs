//! The job that processes a payment.

use frontdesk_model::{PaymentId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::jobs::Job;

/// Calls the gateway about one payment: charges, looks up or cancels it. Stores the result, together with
/// the job of the next call if there is to be one.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProcessPayment {
    pub(crate) payment: PaymentId,
    pub(crate) why: Why,
}

/// Cause of the call.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Why {
    /// Scheduled: the payment's `settle_at`, in microseconds. Once that has moved, another job is
    /// responsible.
    Due(i64),
    /// A gateway event about the payment has arrived, which may even be a failed one, or it failed some
    /// time ago and is looked up once more. The event's reference helps to find the payment if our own
    /// answer was lost.
    Noticed { reference: Option<String> },
}

impl ProcessPayment {
    /// The job of the next call, at the payment's `settle_at`. A payment has one such job at a time.
    pub(crate) fn due(payment: PaymentId, settle_at: Timestamp, order: &str) -> Job {
        Self { payment, why: Why::Due(settle_at.micros()) }.enqueued(order).at(settle_at)
    }

    /// The job of a look-up caused by a gateway event.
    pub(crate) fn noticed(payment: PaymentId, reference: Option<String>, order: &str) -> Job {
        Self { payment, why: Why::Noticed { reference } }.enqueued(order)
    }

    fn enqueued(self, order: &str) -> Job {
        Job::new(&self).about(order).lane(&format!("payment:{}", self.payment))
    }
}

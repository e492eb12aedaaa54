//! The job that processes a payment.

use frontdesk_model::{PaymentId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::jobs::Job;

/// Asks the gateway about a payment: to charge it, what became of it, or to call it off. What comes
/// of it is written down, with the job of the next exchange if there is to be one.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProcessPayment {
    pub(crate) payment: PaymentId,
    pub(crate) why: Why,
}

/// Why it is asked now.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Why {
    /// It is time: the payment's `settle_at`, in microseconds. Once that has moved, another job does it.
    Due(i64),
    /// A notice says that something has happened, perhaps to what was given up, or it was given up
    /// some time ago. What a notice calls the payment tells where to look if our own answer was lost.
    Noticed { reference: Option<String> },
}

impl ProcessPayment {
    /// The job of the next exchange, at the payment's `settle_at`. One payment has one at a time.
    pub(crate) fn due(payment: PaymentId, settle_at: Timestamp, order: &str) -> Job {
        Self { payment, why: Why::Due(settle_at.micros()) }.enqueued(order).at(settle_at)
    }

    /// The job of a look at what a notice is about.
    pub(crate) fn noticed(payment: PaymentId, reference: Option<String>, order: &str) -> Job {
        Self { payment, why: Why::Noticed { reference } }.enqueued(order)
    }

    fn enqueued(self, order: &str) -> Job {
        Job::new(&self).about(order).lane(&format!("payment:{}", self.payment))
    }
}

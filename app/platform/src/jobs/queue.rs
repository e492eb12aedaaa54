//! Queues of jobs.

use strum::{IntoStaticStr, VariantArray};

/// A queue of jobs. Each has slots of its own in every worker, so the jobs of one never wait for those of
/// another, however many there are and however long they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Queue {
    /// Payments and refunds. First, because jobs are claimed in this order.
    Payments,
    /// Deliveries to webhook endpoints. Each endpoint is a lane: there are few lanes, and any of them can
    /// have a long backlog.
    Webhooks,
    /// Everything else: deleting old rows, checks.
    Maintenance,
}

impl Queue {
    /// All queues, in the order in which jobs are claimed.
    pub const ALL: &[Self] = Self::VARIANTS;

    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

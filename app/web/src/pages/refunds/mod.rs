//! Refunds and their approval.

pub mod list;
pub mod parts;
pub mod refund;
pub mod request;

use frontdesk_model::urls;

use crate::{feature::Feature, flash::Flash};

pub const REFUND_REQUESTED: Flash = Flash::new("refund-requested", "Refund under way.");
pub const REFUNDED: Flash = Flash::new("refunded", "The money is on its way back.");
pub const REFUND_FAILED: Flash =
    Flash::new("refund-failed", "The refund did not work. The gateway’s reason is with it.");
pub const REFUND_AWAITS: Flash =
    Flash::new("refund-awaits", "The refund is written down. Somebody else has to approve it.");
pub const REFUND_APPROVED: Flash = Flash::new("refund-approved", "Refund approved, and under way.");
pub const REFUND_REJECTED: Flash = Flash::new("refund-rejected", "Refund rejected.");

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "refunds",
    pages: &[urls::REFUNDS.path(), urls::REFUND.template()],
    forms: &[request::REQUEST_REFUND, refund::APPROVE_REFUND, refund::REJECT_REFUND],
    navigation: &[],
    flashes: &[REFUND_REQUESTED, REFUNDED, REFUND_FAILED, REFUND_AWAITS, REFUND_APPROVED, REFUND_REJECTED],
};

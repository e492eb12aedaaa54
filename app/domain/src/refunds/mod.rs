//! Refunds. Larger ones need a second person's approval.

pub mod approve;
pub mod decide;
pub mod get;
pub mod list;
pub mod poll;
mod process;
pub mod request;
pub(crate) mod sql;

pub use approve::{approve, approve_in, is_second_person};
pub use decide::{reject, reject_in};
pub use get::get;
pub use list::{LIST, list};
pub use poll::wait;
pub use process::ProcessRefund;
pub(crate) use request::refund_surplus;
pub use request::{request, request_in};

use frontdesk_model::Money;

use crate::{Feature, db::Sql, jobs::Handler};

pub use crate::payments::{ApprovalAbove, Error};

/// This feature and its lists.
pub const FEATURE: Feature = Feature {
    statements,
    lists: || vec![&LIST],
    jobs: &[Handler::of::<ProcessRefund>()],
    ..Feature::new("refunds")
};

impl ApprovalAbove {
    /// Returns true if a total of this amount needs approval.
    pub fn is_below(self, amount: Money) -> bool {
        let limit = self.0.map(|major| Money::of_major(major, amount.currency));
        limit.is_some_and(|limit| amount.minor > limit.minor)
    }
}

/// The statements of this feature.
fn statements() -> Vec<Sql> {
    sql::ALL.iter().copied().chain(LIST.statements()).collect()
}

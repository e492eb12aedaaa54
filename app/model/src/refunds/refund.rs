//! Refunds and their states.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::{
    Money, PaymentId, RefundId, Timestamp, UserId,
    payments::OrderOf,
    schema::{open, schemas},
};

/// Where a refund stands. [`RefundState::may_become`] is the table of what can follow what; the
/// database has the same one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RefundState {
    /// Waiting for approval by a second person.
    AwaitingApproval,
    /// Recorded; the gateway has not answered yet.
    Pending,
    /// The gateway was called and the result is not known. It is called again until it is.
    Unknown,
    Succeeded,
    /// Refused by the gateway. Nothing was refunded.
    Failed,
    /// Rejected by the second person.
    Rejected,
}

impl RefundState {
    /// All values, in the order of their definition.
    pub const ALL: &[Self] = Self::VARIANTS;

    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Label on pages.
    pub const fn words(self) -> &'static str {
        match self {
            Self::AwaitingApproval => "to be approved",
            Self::Pending => "under way",
            Self::Unknown => "being checked",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
        }
    }

    /// Returns true if `next` is an allowed next state.
    pub const fn may_become(self, next: Self) -> bool {
        use RefundState::{AwaitingApproval, Failed, Pending, Rejected, Succeeded, Unknown};
        matches!(
            (self, next),
            (AwaitingApproval, Pending | Rejected)
                | (Pending, Unknown | Succeeded | Failed)
                | (Unknown, Succeeded | Failed)
        )
    }

    /// Returns true until the gateway has answered.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Unknown)
    }
}

impl std::fmt::Display for RefundState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Money on its way back, or there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refund {
    pub id: RefundId,
    pub order: OrderOf,
    pub payment_id: PaymentId,
    pub state: RefundState,
    pub amount: Money,
    /// Why, in the words of whoever asked for it.
    #[schema(example = "Arrived broken")]
    pub reason: String,
    /// Who asked for it, as the audit trail calls them.
    #[schema(example = "Ann Lee")]
    pub requested_by: String,
    /// Whose account that was; nothing for a service token and for Frontdesk itself.
    pub requested_by_id: Option<UserId>,
    /// Who approved or rejected it, if somebody had to.
    #[schema(example = "Bo Day")]
    pub decided_by: Option<String>,
    #[schema(example = "re_3PqYx2")]
    pub gateway_reference: Option<String>,
    /// Why the gateway did not do it, for staff.
    #[schema(example = "The card’s account is closed")]
    pub failure: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    #[schema(example = 1)]
    pub version: i64,
}

schemas! {
    RefundState = open(RefundState::ALL.iter().map(|one| one.as_str()), "succeeded")
        .description(Some("Where a refund stands: `awaiting_approval` by a second person; `pending`; `unknown` while the gateway is asked again; `succeeded`; `failed`; `rejected`."));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refund_ends_once() {
        for end in [RefundState::Succeeded, RefundState::Failed, RefundState::Rejected] {
            assert!(RefundState::ALL.iter().all(|next| !end.may_become(*next)), "{end}");
        }
        assert!(!RefundState::AwaitingApproval.may_become(RefundState::Succeeded), "nobody has approved it");
    }
}

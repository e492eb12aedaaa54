//! Payments: attempts to pay an order.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use super::PaymentFailure;
use crate::{
    Money, OrderId, PaymentId, Problem, Timestamp,
    schema::{open, schemas},
    users::Customer,
};

/// Where a payment stands. [`PaymentState::may_become`] is the table of what can follow what; the
/// database has the same one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PaymentState {
    /// Recorded; the gateway has not answered yet.
    Pending,
    /// The gateway was called and the result is not known. It is called again until it is.
    Unknown,
    /// The customer must confirm it at their bank.
    ConfirmationRequired,
    /// Captured.
    Succeeded,
    /// Nothing was captured, and nothing will be.
    Failed,
}

impl PaymentState {
    /// All values, in the order of their definition.
    pub const ALL: &[Self] = Self::VARIANTS;

    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Label on pages.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Pending => "under way",
            Self::Unknown => "being checked",
            Self::ConfirmationRequired => "to be confirmed",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    /// Returns true if `next` is an allowed next state. A payment that failed because its answer was lost
    /// can still succeed; all other results are final.
    pub const fn may_become(self, next: Self) -> bool {
        use PaymentState::{ConfirmationRequired, Failed, Pending, Succeeded, Unknown};
        matches!(
            (self, next),
            (Pending, Unknown | ConfirmationRequired | Succeeded | Failed)
                | (Unknown, ConfirmationRequired | Succeeded | Failed)
                | (ConfirmationRequired, Unknown | Succeeded | Failed)
                | (Failed, Succeeded)
        )
    }

    /// Returns true while only the gateway's answer is missing.
    pub const fn awaits_gateway(self) -> bool {
        matches!(self, Self::Pending | Self::Unknown)
    }

    /// Returns true until the result is known.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Unknown | Self::ConfirmationRequired)
    }
}

impl std::fmt::Display for PaymentState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A payment, as a row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentSummary {
    pub id: PaymentId,
    pub order: OrderOf,
    pub customer: Customer,
    pub state: PaymentState,
    pub amount: Money,
    /// What of it was refunded so far.
    pub refunded: Money,
    /// Which gateway has it.
    #[schema(example = "sandbox")]
    pub gateway: String,
    /// What the gateway calls it, once it is known.
    #[schema(example = "pi_3PqYx2")]
    pub gateway_reference: Option<String>,
    /// Why it failed, if it did.
    pub failure: Option<PaymentFailure>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Which order something belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = OrderReference)]
pub struct OrderOf {
    pub id: OrderId,
    #[schema(example = "7K3M9Q2X4T")]
    pub reference: String,
}

/// A payment with what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Payment {
    #[serde(flatten)]
    pub summary: PaymentSummary,
    /// Where the customer confirms it, as long as that is to be done.
    #[schema(example = "https://bank.example/confirm/4711")]
    pub confirmation_url: Option<String>,
    /// What is in the way, as a problem with a sentence for the customer: why it failed, or that it has
    /// to be confirmed.
    pub problem: Option<Problem>,
    /// It was found to have succeeded when its order did not need it any more; it goes back by itself.
    #[schema(example = false)]
    pub is_surplus: bool,
    /// What the gateway was asked and what it said, the latest first.
    pub attempts: Vec<PaymentAttempt>,
    #[schema(example = 2)]
    pub version: i64,
}

/// One exchange with the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentAttempt {
    #[schema(example = 1)]
    pub number: i64,
    pub at: Timestamp,
    /// What it was asked: `charge`, `look_up` or `cancel`.
    #[schema(example = "charge")]
    pub asked: String,
    /// What it said, in words for staff.
    #[schema(example = "succeeded")]
    pub outcome: String,
    /// In milliseconds.
    #[schema(example = 312)]
    pub duration_ms: i64,
}

schemas! {
    PaymentState = open(PaymentState::ALL.iter().map(|one| one.as_str()), "succeeded")
        .description(Some("Where a payment stands: `pending`; `unknown` while the gateway is asked again; `confirmation_required` by the customer; `succeeded`; `failed`."));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_ends_once_unless_it_was_given_up_as_lost() {
        let ways: Vec<String> = PaymentState::ALL
            .iter()
            .flat_map(|from| PaymentState::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.may_become(*to))
            .map(|(from, to)| format!("{from}>{to}"))
            .collect();
        assert_eq!(ways.len(), 11, "{ways:?}");
        assert!(!ways.iter().any(|way| way.starts_with("succeeded")));
        assert_eq!(
            ways.iter().filter(|way| way.starts_with("failed")).collect::<Vec<_>>(),
            ["failed>succeeded"]
        );
    }
}

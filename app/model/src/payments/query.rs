//! Query of payments.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PaymentState;
use crate::{
    Limit, OrderId, UserId,
    filter::{AnyOf, TimeRange},
};

/// Query of payments, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentsQuery {
    #[serde(skip_serializing_if = "AnyOf::is_empty")]
    pub state: AnyOf<PaymentState>,
    /// Only those of this order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Only those of this customer's orders.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<UserId>,
    /// Only those started in this range of time.
    #[serde(skip_serializing_if = "TimeRange::is_empty")]
    pub created: TimeRange,
    /// Only those changed in this range of time, sorted by it, least recent first. Without other filters and
    /// without a sort.
    #[serde(skip_serializing_if = "TimeRange::is_empty")]
    pub updated: TimeRange,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

impl PaymentsQuery {
    /// Returns true if nothing is asked for but a range of changes.
    pub fn is_of_changes(&self) -> bool {
        let Self { updated, limit, cursor, .. } = self.clone();
        *self == Self { updated, limit, cursor, ..Self::default() }
    }
}

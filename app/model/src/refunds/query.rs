//! Query of refunds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::RefundState;
use crate::{Limit, OrderId};

/// Query of refunds, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RefundsQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<RefundState>,
    /// Only those of this order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

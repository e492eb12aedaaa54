//! Queries of webhooks and deliveries.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DeliveryState;
use crate::{
    Limit,
    filter::{AnyOf, TimeRange},
};

/// Query of webhooks, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebhooksQuery {
    /// Only those created in this range of time.
    #[serde(skip_serializing_if = "TimeRange::is_empty")]
    pub created: TimeRange,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

/// Query of the deliveries of one webhook or of all, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeliveriesQuery {
    #[serde(skip_serializing_if = "AnyOf::is_empty")]
    pub state: AnyOf<DeliveryState>,
    /// Only those created in this range of time.
    #[serde(skip_serializing_if = "TimeRange::is_empty")]
    pub created: TimeRange,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

//! Query of the audit trail.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Action;
use crate::{
    Limit, Timestamp, UserId,
    filter::{AnyOf, TimeRange},
};

/// Query of the audit trail, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuditQuery {
    /// Only events by this actor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<UserId>,
    #[serde(skip_serializing_if = "AnyOf::is_empty")]
    pub action: AnyOf<Action>,
    /// Only events about this target.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<UserId>)]
    pub target: Option<Uuid>,
    /// At this time or later (inclusive); as `created[gte]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Before this time (exclusive); as `created[lt]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Only those recorded in this range of time.
    #[serde(skip_serializing_if = "TimeRange::is_empty")]
    pub created: TimeRange,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

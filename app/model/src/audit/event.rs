//! Audit events: action, actor, target, changes and origin.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Action, Target};
use crate::{EventId, Timestamp};

/// One fact that changed. `null` means there was, or is, nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AuditChange)]
pub struct Change {
    #[schema(example = "status")]
    pub field: String,
    #[schema(example = "active")]
    pub before: Option<String>,
    #[schema(example = "suspended")]
    pub after: Option<String>,
}

/// Who did something, or to whom it was done: an id to follow, and what they were called then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Party {
    #[schema(example = "019ab0c4-9d1e-7c3a-8f55-2b6d1e0f4a77")]
    pub id: Option<Uuid>,
    #[schema(example = "Ann Lee")]
    pub label: String,
}

/// One line of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub struct Event {
    pub id: EventId,
    pub at: Timestamp,
    pub actor: Party,
    pub action: Action,
    #[schema(value_type = Option<Party>)]
    pub target: Option<Target>,
    /// Where from; empty for what the command line did.
    #[schema(example = "203.0.113.9")]
    pub ip: String,
    #[schema(example = "curl/8.14.1")]
    pub user_agent: String,
    /// The trace id of the request, as in the logs and in a problem's `instance`.
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    pub request_id: String,
    /// Why, in the actor's words; empty where no reason is asked.
    #[schema(example = "Three chargebacks")]
    pub reason: String,
    pub changes: Vec<Change>,
}

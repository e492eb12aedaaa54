//! The body of a delivery.

use serde::Serialize;
use utoipa::ToSchema;

use super::EventType;
use crate::{
    EventId, Timestamp,
    audit::{Change, Event, Party, Target},
};

/// Version of the payload, [`Payload::version`]. It changes when a field is removed or changes its
/// meaning; fields can be added at any time.
pub const VERSION: u32 = 1;

/// What is sent to a webhook, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WebhookPayload)]
pub struct Payload {
    /// Which type of event it is.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "user.suspended")]
    pub kind: EventType,
    /// What the rest can be read as: 1. More may be added without a new version.
    #[schema(example = 1)]
    pub version: u32,
    /// When it happened.
    pub timestamp: Timestamp,
    pub data: PayloadData,
}

/// What happened: the event as the audit trail has it, but for where it was done from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WebhookPayloadData)]
pub struct PayloadData {
    /// The id of the event, also in the audit trail, and in the header `webhook-id`.
    pub id: EventId,
    pub actor: Party,
    #[schema(value_type = Option<Party>)]
    pub target: Option<Target>,
    pub changes: Vec<Change>,
    /// Why, in the actor's words; empty where no reason is asked.
    #[schema(example = "Three chargebacks")]
    pub reason: String,
}

impl Payload {
    pub fn of(kind: EventType, event: &Event) -> Self {
        let Event { id, at, actor, target, changes, reason, .. } = event.clone();
        Self {
            kind,
            version: VERSION,
            timestamp: at,
            data: PayloadData { id, actor, target, changes, reason },
        }
    }
}

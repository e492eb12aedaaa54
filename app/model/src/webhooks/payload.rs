//! The body of a delivery.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::EventType;
use crate::{
    EventId, Timestamp,
    audit::{Change, Event, Party, Target},
};

/// Version of the payload, [`Payload::version`]. It changes when a field is removed or changes its
/// meaning; fields can be added at any time.
pub const VERSION: u32 = 1;

/// The version of the bodies that a webhook receives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "i64", try_from = "i64")]
pub enum PayloadVersion {
    /// [`Payload`]: the audit event.
    V1,
    /// [`EventBody`](crate::events::EventBody): the changed object, as the feed of events has it.
    #[default]
    V2,
}

impl PayloadVersion {
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

    pub const fn number(self) -> i64 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "1",
            Self::V2 => "2",
        }
    }
}

impl From<PayloadVersion> for i64 {
    fn from(version: PayloadVersion) -> Self {
        version.number()
    }
}

impl std::str::FromStr for PayloadVersion {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(UnknownVersion)
    }
}

impl TryFrom<i64> for PayloadVersion {
    type Error = UnknownVersion;

    fn try_from(number: i64) -> Result<Self, UnknownVersion> {
        Self::ALL.into_iter().find(|one| one.number() == number).ok_or(UnknownVersion)
    }
}

/// There is no such version of bodies.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("there is no such version of the bodies of events")]
pub struct UnknownVersion;

/// Body of a delivery in version 1.
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

//! Deliveries and their attempts.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::{
    DeliveryId, EventId, Timestamp, WebhookId,
    schema::{open, schemas},
};

/// Number of stored bytes of an answer.
pub const MAX_ANSWER: usize = 1_024;
/// Time for which deliveries are kept, in days.
pub const KEPT_DAYS: i64 = 30;

/// Where a delivery stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "snake_case")]
pub enum DeliveryState {
    /// In progress, or waiting for the next attempt.
    Pending,
    Succeeded,
    /// Failed permanently. It can be sent again.
    Failed,
}

impl DeliveryState {
    /// All values, in the order of their definition.
    pub const ALL: &[Self] = Self::VARIANTS;

    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One event on its way to one webhook, as a row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliverySummary {
    pub id: DeliveryId,
    #[serde(rename = "webhook_id")]
    pub webhook: WebhookId,
    /// The event's id, also in the audit trail, and in the header `webhook-id`.
    #[serde(rename = "event_id")]
    pub event: EventId,
    #[serde(rename = "type")]
    #[schema(example = "user.suspended")]
    pub kind: String,
    pub state: DeliveryState,
    /// How often it was sent so far.
    #[schema(example = 1)]
    pub attempts: i64,
    /// When it is sent next, if it is pending.
    pub next_attempt_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// A delivery with all that there is to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    #[serde(flatten)]
    pub summary: DeliverySummary,
    /// What is sent, to the letter.
    #[schema(example = r#"{"type":"user.suspended","version":1}"#)]
    pub body: String,
    /// The latest attempts, the newest first.
    pub tries: Vec<DeliveryAttempt>,
}

/// One attempt to deliver, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryAttempt {
    /// 1 for the first.
    #[schema(example = 1)]
    pub number: i64,
    pub at: Timestamp,
    /// The HTTP status of the answer; `null` if none came.
    #[schema(value_type = Option<i32>, example = 503)]
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    #[schema(example = 120)]
    pub duration_ms: i64,
    /// Why it was in vain; `null` if it arrived.
    #[schema(example = "It was answered with 503.")]
    pub error: Option<String>,
    /// The first KiB of the answer's body.
    #[schema(example = "try again later")]
    pub answer: String,
}

schemas! {
    DeliveryState = open(DeliveryState::ALL.iter().map(|one| one.as_str()), "pending")
        .description(Some("Where a delivery stands: `pending`, also between attempts; `succeeded`; `failed` for good, until it is sent again."));
}

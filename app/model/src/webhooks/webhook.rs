//! Webhooks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{EventTypes, PayloadVersion};
use crate::{Timestamp, WebhookId};

/// Maximum number of webhooks.
pub const MAX_WEBHOOKS: i64 = 50;

/// Time for which the old secret still signs after a rotation, in hours.
pub const OVERLAP_HOURS: i64 = 24;

/// An address that is told of events. There is no field for its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    pub id: WebhookId,
    #[schema(format = "uri", example = "https://shop.example/hooks/frontdesk")]
    pub url: String,
    #[schema(example = "The newsletter")]
    pub description: String,
    pub events: EventTypes,
    /// The version of the bodies of its events.
    #[schema(value_type = i32, minimum = 1, maximum = 2, example = 2)]
    pub payload_version: PayloadVersion,
    #[schema(example = true)]
    pub enabled: bool,
    /// Why Frontdesk has turned it off by itself; empty if it has not.
    #[schema(example = "")]
    pub disabled_reason: String,
    /// Since when nothing has arrived; `null` if the latest attempt has.
    #[schema(default = json!(null))]
    pub failing_since: Option<Timestamp>,
    /// Until when the secret before the present one signs, too; `null` if only one does.
    #[schema(default = json!(null))]
    pub old_secret_until: Option<Timestamp>,
    /// Grows with every change, to notice when two people edit at once.
    #[schema(example = 1)]
    pub version: i64,
    pub created_at: Timestamp,
}

impl Webhook {
    /// Label: its description, or its host without one. Never the whole URL, which some receivers use as
    /// a password.
    pub fn label(&self) -> &str {
        if self.description.is_empty() { host(&self.url) } else { &self.description }
    }
}

/// Host and port of a URL that passed [`check_url`](super::check_url).
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '\\']).next().unwrap_or_default()
}

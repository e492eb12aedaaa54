//! Forms that create and edit webhooks.

use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use validator::Validate;

use super::number;
use crate::{
    DeliveryId, WebhookId,
    webhook::{self, EventType, EventTypes},
};

/// A new webhook.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWebhook {
    /// Where events are sent to. It must be reachable from the internet, by HTTPS.
    #[serde(default)]
    #[validate(custom(function = "webhook::check_url"))]
    #[schema(
        required = true,
        format = "uri",
        max_length = 2000,
        example = "https://shop.example/hooks/frontdesk"
    )]
    pub url: String,
    /// What it is for.
    #[serde(default)]
    #[validate(custom(function = "webhook::check_description"))]
    #[schema(max_length = 200, example = "The newsletter")]
    pub description: String,
    /// Of what it is told.
    #[serde(default)]
    #[validate(custom(function = "webhook::check_events"))]
    #[schema(required = true, value_type = Vec<EventType>, min_items = 1)]
    pub events: EventTypes,
}

/// What is not there stays as it is.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateWebhook {
    pub id: WebhookId,
    /// The version that the form was rendered from; see [`crate::webhook::Webhook::version`].
    #[serde(deserialize_with = "number")]
    pub version: i64,
    #[serde(default)]
    #[validate(custom(function = "webhook::check_url"))]
    #[schema(format = "uri", max_length = 2000, example = "https://shop.example/hooks/frontdesk")]
    pub url: Option<String>,
    #[serde(default)]
    #[validate(custom(function = "webhook::check_description"))]
    #[schema(max_length = 200, example = "The newsletter")]
    pub description: Option<String>,
    #[serde(default)]
    #[validate(custom(function = "webhook::check_events"))]
    #[schema(value_type = Option<Vec<EventType>>, min_items = 1)]
    pub events: Option<EventTypes>,
    /// Whether it is told anything at all. To turn it on forgets why it was turned off.
    #[serde(default, deserialize_with = "flag")]
    #[schema(example = true)]
    pub enabled: Option<bool>,
}

/// Input of changes that need only a webhook's id: rotate the secret, send a test event, remove.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneWebhook {
    pub id: WebhookId,
}

/// Sends a delivery again.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneDelivery {
    pub id: DeliveryId,
}

fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Flag(bool),
        Text(String),
    }
    let flag = match Option::<Either>::deserialize(from)? {
        None => return Ok(None),
        Some(Either::Flag(flag)) => Some(flag),
        Some(Either::Text(text)) => text.parse().ok(),
    };
    flag.map(Some).ok_or_else(|| serde::de::Error::custom("must be true or false"))
}

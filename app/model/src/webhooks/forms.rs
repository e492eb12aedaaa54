//! Forms that create and edit webhooks.

use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::{EventTypes, PayloadVersion};
use crate::{
    DeliveryId, Expected, WebhookId,
    form::{clearable, fault, present},
    text::is_line,
};

/// Maximum length of a URL, in bytes.
pub const MAX_URL: usize = 2_000;
/// Maximum length of a description, in characters.
pub const MAX_DESCRIPTION: usize = 200;

/// A new webhook.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWebhook {
    /// Where events are sent to. It must be reachable from the internet, by HTTPS.
    #[serde(default)]
    #[validate(custom(function = "check_url"))]
    #[schema(
        required = true,
        format = "uri",
        max_length = 2000,
        pattern = "^https?://[^/?:#@\\s][^#\\s]*$",
        example = "https://shop.example/hooks/frontdesk"
    )]
    pub url: String,
    /// What it is for.
    #[serde(default)]
    #[validate(custom(function = "check_description"))]
    #[schema(max_length = 200, pattern = r"^[^\x00-\x1F\x7F]*$", example = "The newsletter")]
    pub description: String,
    /// Of what it is told.
    #[serde(default)]
    #[validate(custom(function = "check_events"))]
    #[schema(required = true, value_type = EventTypes)]
    pub events: EventTypes,
    /// The version of the bodies of events: 2, or 1 as before there was a feed of events. By default 2.
    #[serde(default, deserialize_with = "payload_version")]
    #[schema(nullable = false, value_type = Option<i32>, minimum = 1, maximum = 2, example = 2)]
    pub payload_version: Option<PayloadVersion>,
}

/// What is not there stays as it is.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateWebhook {
    pub id: WebhookId,
    /// The versions that the change is meant for.
    #[schema(value_type = i64)]
    pub version: Expected,
    #[serde(default, deserialize_with = "present")]
    #[validate(custom(function = "check_url"))]
    #[schema(
        nullable = false,
        format = "uri",
        max_length = 2000,
        example = "https://shop.example/hooks/frontdesk"
    )]
    pub url: Option<String>,
    /// What it is for; `null` clears it.
    #[serde(default, deserialize_with = "clearable")]
    #[validate(custom(function = "check_description"))]
    #[schema(max_length = 200, pattern = r"^[^\x00-\x1F\x7F]*$", example = "The newsletter")]
    pub description: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[validate(custom(function = "check_events"))]
    #[schema(nullable = false, value_type = EventTypes)]
    pub events: Option<EventTypes>,
    /// The version of the bodies of events that happen from now on.
    #[serde(default, deserialize_with = "payload_version")]
    #[schema(nullable = false, value_type = Option<i32>, minimum = 1, maximum = 2, example = 2)]
    pub payload_version: Option<PayloadVersion>,
    /// Whether it is told anything at all. To turn it on forgets why it was turned off.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, example = true)]
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

fn payload_version<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PayloadVersion>, D::Error> {
    let version = PayloadVersion::try_from(i64::deserialize(from)?);
    version.map(Some).map_err(|_| serde::de::Error::custom("must be 1 or 2"))
}

/// Validates a URL as far as possible without resolving its name.
///
/// # Errors
/// `required`, `too_long` or `url`.
pub fn check_url(text: &str) -> Result<(), ValidationError> {
    let text = text.trim();
    let rest = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    if text.is_empty() {
        Err(fault("required", "Enter an address, such as https://shop.example/hooks"))
    } else if text.len() > MAX_URL {
        Err(fault("too_long", "An address has at most 2000 characters"))
    } else if text.contains('#') || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Err(fault("url", "An address has no spaces, no # and only plain letters"))
    } else if rest.is_none_or(|rest| rest.is_empty() || rest.starts_with(['/', '?', ':'])) {
        Err(fault("url", "Enter a whole address, such as https://shop.example/hooks"))
    } else if rest
        .is_some_and(|rest| rest.split(['/', '?', '\\']).next().is_some_and(|host| host.contains('@')))
    {
        Err(fault("url", "Leave out the name and the password: the signature is what proves the sender"))
    } else {
        Ok(())
    }
}

/// Validates a description, which is optional.
///
/// # Errors
/// `too_long` or `characters`.
pub fn check_description(text: &str) -> Result<(), ValidationError> {
    let text = text.trim();
    if text.chars().take(MAX_DESCRIPTION + 1).count() > MAX_DESCRIPTION {
        Err(fault("too_long", "A description has at most 200 characters"))
    } else if !is_line(text) {
        Err(fault(
            "characters",
            "A description needs visible text, without line breaks or invisible characters",
        ))
    } else {
        Ok(())
    }
}

/// Requires at least one event type.
///
/// # Errors
/// `required`.
pub fn check_events(types: &EventTypes) -> Result<(), ValidationError> {
    if types.is_empty() { Err(fault("required", "Choose at least one type of event")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_whole_and_has_no_password() {
        for good in [
            "https://shop.example",
            " https://shop.example:8443/hooks?a=@b ",
            "http://127.0.0.1:3000/",
            "https://[::1]/",
        ] {
            assert!(check_url(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "shop.example",
            "ftp://shop.example",
            "https://",
            "https:///hooks",
            "https://:443/",
            "https://ann:pw@shop.example/",
            "https://shop.example/#a",
            "https://shop.example/a b",
            "https://shöp.example/",
            "https://shop.example/\r\nhost: evil.example",
            &format!("https://shop.example/{}", "x".repeat(MAX_URL)),
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }
}

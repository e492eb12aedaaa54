//! Webhooks, their events, and deliveries.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use validator::ValidationError;

use crate::{
    DeliveryId, EventId, Timestamp, WebhookId,
    audit::{Action, Change, Event, Party},
    email::fault,
    name::is_hidden,
};

/// Maximum length of a URL, in bytes.
pub const MAX_URL: usize = 2_000;
/// Maximum length of a description, in characters.
pub const MAX_DESCRIPTION: usize = 200;
/// Maximum number of webhooks.
pub const MAX_WEBHOOKS: i64 = 50;
/// Number of stored bytes of an answer.
pub const MAX_ANSWER: usize = 1_024;
/// Time for which deliveries are kept, in days.
pub const KEPT_DAYS: i64 = 30;
/// Time for which the old secret still signs after a rotation, in hours.
pub const OVERLAP_HOURS: i64 = 24;
/// Version of the payload, [`Payload::version`]. It changes when a field is removed or changes its
/// meaning; fields can be added at any time.
pub const VERSION: u32 = 1;

/// A type of event that webhooks can receive: an audit action with the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct EventType(Action);

impl EventType {
    /// Types that a webhook can subscribe to.
    pub const CHOOSABLE: &[Self] = &[
        Self(Action::UserSignedUp),
        Self(Action::UserCreated),
        Self(Action::UserUpdated),
        Self(Action::UserSuspended),
        Self(Action::UserReinstated),
        Self(Action::UserRemoved),
        Self(Action::UserRestored),
        Self(Action::RoleGranted),
        Self(Action::RoleRevoked),
        Self(Action::SessionEnded),
        Self(Action::OrderPlaced),
        Self(Action::OrderCancelled),
        Self(Action::PaymentStarted),
        Self(Action::PaymentConfirmationRequired),
        Self(Action::PaymentUnknown),
        Self(Action::PaymentSucceeded),
        Self(Action::PaymentDeclined),
        Self(Action::PaymentInsufficientFunds),
        Self(Action::PaymentNetworkError),
        Self(Action::PaymentMethodInvalid),
        Self(Action::PaymentRefused),
        Self(Action::PaymentNotConfirmed),
        Self(Action::PaymentCancelled),
        Self(Action::RefundRequested),
        Self(Action::RefundApproved),
        Self(Action::RefundRejected),
        Self(Action::RefundSucceeded),
        Self(Action::RefundFailed),
    ];
    /// Test event sent by staff. It needs no subscription.
    pub const TEST: Self = Self(Action::WebhookTest);

    /// The event type of an audit action, if webhooks receive it.
    pub fn of(action: Action) -> Option<Self> {
        Self::CHOOSABLE.iter().copied().find(|one| one.0 == action)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Action::parse(text).and_then(Self::of)
    }

    /// Name, such as `user.suspended`.
    pub const fn as_str(self) -> &'static str {
        self.0.as_str()
    }

    /// Predicate for a sentence with the actor as its subject.
    pub const fn words(self) -> &'static str {
        self.0.words()
    }
}

impl std::fmt::Display for EventType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of event types, in the order of [`EventType::CHOOSABLE`]. Serialized as a list of names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventTypes(Vec<EventType>);

impl EventTypes {
    pub fn has(&self, one: EventType) -> bool {
        self.0.contains(&one)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = EventType> + '_ {
        self.0.iter().copied()
    }

    /// Parses the format of [`Display`](std::fmt::Display). Ignores unknown names, such as those of a
    /// newer version.
    pub fn parse(text: &str) -> Self {
        text.split(' ').filter_map(EventType::parse).collect()
    }
}

impl FromIterator<EventType> for EventTypes {
    fn from_iter<I: IntoIterator<Item = EventType>>(types: I) -> Self {
        let given: Vec<EventType> = types.into_iter().collect();
        Self(EventType::CHOOSABLE.iter().copied().filter(|one| given.contains(one)).collect())
    }
}

impl std::fmt::Display for EventTypes {
    /// Formats as `user.created role.granted`; empty without types.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, one) in self.iter().enumerate() {
            write!(f, "{}{one}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

impl Serialize for EventTypes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for EventTypes {
    /// Strict, unlike [`EventTypes::parse`]. An empty name stands for an empty set: HTML forms do not
    /// send unticked boxes, so a hidden field says that none is ticked.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(from)?;
        let named = names.iter().filter(|name| !name.is_empty());
        let known = named.map(|name| EventType::parse(name)).collect::<Option<_>>();
        known.ok_or_else(|| {
            serde::de::Error::custom("must be a list of types of events, such as user.created")
        })
    }
}

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
    pub target: Option<Party>,
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

/// An address that is told of events. There is no field for its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    pub id: WebhookId,
    #[schema(format = "uri", example = "https://shop.example/hooks/frontdesk")]
    pub url: String,
    #[schema(example = "The newsletter")]
    pub description: String,
    pub events: EventTypes,
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

/// Host and port of a URL that passed [`check_url`].
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '\\']).next().unwrap_or_default()
}

/// Where a delivery stands.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
    EnumString,
    IntoStaticStr,
    VariantArray,
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
    } else if text.chars().any(is_hidden) {
        Err(fault("characters", "A description cannot contain line breaks or invisible characters"))
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
    fn every_choosable_type_is_of_people_or_money_and_is_read_as_it_is_written() {
        const NOUNS: [&str; 6] = ["user.", "session.", "role.", "order.", "payment.", "refund."];
        for one in EventType::CHOOSABLE {
            assert_eq!(EventType::parse(one.as_str()), Some(*one));
            assert!(NOUNS.iter().any(|noun| one.as_str().starts_with(noun)), "{one}");
        }
        for noun in NOUNS {
            let told =
                |action: &&Action| EventType::of(**action).is_none() && action.as_str().starts_with(noun);
            assert_eq!(Action::ALL.iter().find(told), None);
        }
        assert_eq!(EventType::parse("webhook.test"), None);
        assert_eq!(EventType::parse("login.failed"), None);
    }

    #[test]
    fn a_list_of_types_has_each_once_and_none_that_is_not_known() {
        let types: EventTypes =
            serde_json::from_str(r#"["role.granted","user.created","role.granted",""]"#).unwrap();
        assert_eq!(types.to_string(), "user.created role.granted");
        assert_eq!(EventTypes::parse("user.created order.lost role.granted"), types);
        assert_eq!(serde_json::to_string(&types).unwrap(), r#"["user.created","role.granted"]"#);
        assert!(serde_json::from_str::<EventTypes>(r#"["order.lost"]"#).is_err());
        assert!(EventTypes::parse("").is_empty());
    }

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

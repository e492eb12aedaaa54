//! Webhooks: which addresses are told of which events, what they are told, and how that went.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;
use validator::ValidationError;

use crate::{
    DeliveryId, EventId, Timestamp, WebhookId,
    audit::{Action, Change, Event, Party},
    email::fault,
    name::is_hidden,
};

/// The longest address, in bytes.
pub const MAX_URL: usize = 2_000;
/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 200;
/// How many webhooks there are at most.
pub const MAX_WEBHOOKS: i64 = 50;
/// How many bytes of an answer are kept.
pub const MAX_ANSWER: usize = 1_024;
/// How long deliveries are kept, in days.
pub const KEPT_DAYS: i64 = 30;
/// How long an old secret still signs beside the new one, in hours.
pub const OVERLAP_HOURS: i64 = 24;
/// The version of what is sent, [`Payload::version`]. It changes when something is taken away or
/// means something else; more can be added at any time.
pub const VERSION: u32 = 1;

/// A type of event that webhooks can be told: an action of the audit trail, by the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct EventType(Action);

impl EventType {
    /// Those that a webhook can ask for.
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
    /// What staff send to try a webhook out. None asks for it, and each gets it.
    pub const TEST: Self = Self(Action::WebhookTest);

    /// The type by which webhooks are told of an action, if they are told of it at all.
    pub fn of(action: Action) -> Option<Self> {
        Self::CHOOSABLE.iter().copied().find(|one| one.0 == action)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Action::parse(text).and_then(Self::of)
    }

    /// `user.suspended`.
    pub const fn as_str(self) -> &'static str {
        self.0.as_str()
    }

    /// What it means, to be read after the name of whoever did it.
    pub const fn words(self) -> &'static str {
        self.0.words()
    }
}

impl std::fmt::Display for EventType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Types of events, each once, in the order of [`EventType::CHOOSABLE`]. Travels as a list of names.
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

    /// Reads what [`Display`](std::fmt::Display) has written. A name that is not known, such as one
    /// of a newer version, is left out.
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
    /// `user.created role.granted`; nothing for none.
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
    /// Strict, unlike [`EventTypes::parse`]. An empty name stands for nothing: by it an HTML form,
    /// which does not send boxes that are not ticked, says that none is.
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
    /// What it is called: its description, or the host it leads to without one. Not its address,
    /// which with some receivers is as good as a password.
    pub fn label(&self) -> &str {
        if self.description.is_empty() { host(&self.url) } else { &self.description }
    }
}

/// The host and port of an address that [`check_url`] has found sound.
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '\\']).next().unwrap_or_default()
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// On its way, or waiting for its next attempt.
    Pending,
    Succeeded,
    /// Given up. It can be sent again.
    Failed,
}

impl DeliveryState {
    pub const ALL: &[Self] = &[Self::Pending, Self::Succeeded, Self::Failed];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
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

/// The rule for an address, as far as it can be told without looking it up.
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

/// The rule for a description; there need not be one.
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

/// A webhook that is told of nothing is a mistake.
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

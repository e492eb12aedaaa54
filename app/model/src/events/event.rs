//! Events and their bodies.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    EventId, Timestamp,
    audit::{Event, Party},
};

/// The version of [`EventBody`].
pub const VERSION: u32 = 2;

/// An event: an item of the feed, and the body that webhooks of version 2 receive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventBody {
    /// The id of the event, also in the audit trail and in the header `webhook-id`.
    pub id: EventId,
    #[serde(rename = "type")]
    #[schema(example = "order.placed")]
    pub kind: String,
    /// The version of this body: 2. Fields may be added without a new version.
    #[schema(example = 2)]
    pub version: u32,
    /// Time of the event.
    pub timestamp: Timestamp,
    pub data: EventData,
}

impl EventBody {
    /// The body of an event of the audit trail, about this object.
    pub fn of(event: &Event, object: Value, previous: Option<Map<String, Value>>) -> Self {
        Self {
            id: event.id,
            kind: event.action.to_string(),
            version: VERSION,
            timestamp: event.at,
            data: EventData { object, previous, actor: event.actor.clone(), reason: event.reason.clone() },
        }
    }
}

/// The changed object, and the change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventData {
    /// The object right after the event, as its own endpoint shows it: a user, an order, a payment or a
    /// refund, by the first part of `type`. Events of roles and sessions have the user.
    #[schema(value_type = Object, example = json!({"id": "019ab0c4-9d1e-7c3a-8f55-2b6d1e0f4a77", "status": "suspended"}))]
    pub object: Value,
    /// The fields of the object that the event changed, with their values before it; `null` if the event
    /// created the object.
    #[schema(value_type = Option<Object>, example = json!({"status": "active"}))]
    pub previous: Option<Map<String, Value>>,
    pub actor: Party,
    /// The reason in the actor's words; empty where none is asked for.
    #[schema(example = "Three chargebacks")]
    pub reason: String,
}

/// An event in the feed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeedEvent {
    /// Position in the feed. Numbers grow in the order in which events become visible.
    #[schema(example = 4711)]
    pub number: i64,
    #[serde(flatten)]
    pub body: EventBody,
}

/// A part of the feed, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventFeed {
    pub items: Vec<FeedEvent>,
    /// `after` of the next request. It is also present at the end of the feed.
    #[schema(example = 4711)]
    pub next_after: i64,
    /// True if there is more to read now. Otherwise ask again later.
    #[schema(example = false)]
    pub has_more: bool,
}

/// The fields of `before` with another value in `after`.
pub fn previous(before: &Value, after: &Value) -> Map<String, Value> {
    let fields = before.as_object().into_iter().flatten();
    fields
        .filter(|(name, value)| after.get(name.as_str()) != Some(*value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_changed_fields_are_previous() {
        let before = json!({"name": "Ann", "status": "active", "gone": 1, "roles": ["admin"]});
        let after = json!({"name": "Ann", "status": "suspended", "roles": ["admin"], "new": 2});
        assert_eq!(Value::Object(previous(&before, &after)), json!({"status": "active", "gone": 1}));
        assert!(previous(&after, &after).is_empty());
    }
}

//! Queries of the feed of events.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::{EventId, Limit, webhooks::EventTypes};

/// Query of the feed, oldest event first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EventsQuery {
    /// Only events with a higher number: `next_after` of the request before. Without it, from the oldest
    /// event that is kept.
    #[serde(deserialize_with = "place")]
    #[schema(value_type = Option<i64>, minimum = 0, example = 4711)]
    pub after: Option<i64>,
    /// Only these types, separated by commas. `order.*` stands for all types that begin with `order.`.
    #[serde(deserialize_with = "types")]
    #[schema(value_type = Option<String>, max_length = 1000, example = "order.*,payment.succeeded")]
    pub types: Option<EventTypes>,
    pub limit: Option<Limit>,
}

/// One event.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneEvent {
    pub id: EventId,
}

fn place<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let text = String::deserialize(from)?;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    number.map(Some).ok_or_else(|| serde::de::Error::custom("must be a number from 0, such as next_after"))
}

fn types<'de, D: Deserializer<'de>>(from: D) -> Result<Option<EventTypes>, D::Error> {
    let text = String::deserialize(from)?;
    let types = EventTypes::of_names(text.split(',').map(str::trim));
    types.map(Some).ok_or_else(|| {
        serde::de::Error::custom(
            "must be types of events with commas between them, such as order.*,user.created",
        )
    })
}

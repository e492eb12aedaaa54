//! Types of events that webhooks can subscribe to.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::ArrayBuilder;

use crate::{
    audit::{Action, Declaration},
    collect,
    schema::{open, schemas},
};

const DECLARED: &[Declaration] = &collect::concat::<_, { collect::count(crate::EVENTS) }>(crate::EVENTS);

/// A type of event that webhooks can receive: an audit action with the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct EventType(Action);

impl EventType {
    /// Types that a webhook can subscribe to.
    pub const CHOOSABLE: &[Self] = &{
        let mut types = [Self::TEST; DECLARED.len()];
        let mut place = 0;
        while place < types.len() {
            types[place] = Self(Action::named(DECLARED[place].name));
            place += 1;
        }
        types
    };
    /// Test event sent by staff. It needs no subscription.
    pub const TEST: Self = Self(Action::WEBHOOK_TEST);

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

schemas! {
    EventType = open(EventType::CHOOSABLE.iter().map(|one| one.as_str()), "user.created")
        .description(Some("A type of event that webhooks are told."));
    EventTypes = ArrayBuilder::new()
        .items(EventType::schema())
        .unique_items(true)
        .description(Some("Types of events by their names, in any order."));
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
}

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

/// All types, also those of later versions.
const ALL: &str = "*";
/// All types of one noun, also those of later versions.
const GROUPS: [&str; 6] = ["user.*", "role.*", "session.*", "order.*", "payment.*", "refund.*"];

/// A set of event types: names of types, of groups (`order.*`), or `*` for all. Serialized as a list of names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventTypes(Vec<&'static str>);

impl EventTypes {
    /// The names that a set can have, in their order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        [ALL].into_iter().chain(GROUPS).chain(EventType::CHOOSABLE.iter().map(|one| one.as_str()))
    }

    pub fn has(&self, one: EventType) -> bool {
        let covers = |name: &&str| match name.strip_suffix('*') {
            Some(start) => one.as_str().starts_with(start),
            None => *name == one.as_str(),
        };
        self.0.iter().any(covers)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().copied()
    }

    /// Parses the format of [`Display`](std::fmt::Display). Ignores unknown names, such as those of a
    /// newer version.
    pub fn parse(text: &str) -> Self {
        let given: Vec<&str> = text.split(' ').collect();
        Self(Self::names().filter(|name| given.contains(name)).collect())
    }

    /// The set with these names; `None` if one is unknown.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let given: Vec<&str> = names.into_iter().collect();
        let known: Vec<&str> = Self::names().collect();
        let all_known = given.iter().all(|name| known.contains(name));
        all_known.then(|| Self(known.into_iter().filter(|name| given.contains(name)).collect()))
    }
}

impl std::fmt::Display for EventTypes {
    /// Formats as `order.* user.created`; empty without types.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(" "))
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
        let named = names.iter().map(String::as_str).filter(|name| !name.is_empty());
        Self::of_names(named).ok_or_else(|| {
            serde::de::Error::custom("must be a list of types of events, such as user.created, order.* or *")
        })
    }
}

schemas! {
    EventType = open(EventType::CHOOSABLE.iter().map(|one| one.as_str()), "user.created")
        .description(Some("A type of event."));
    EventTypes = ArrayBuilder::new()
        .items(open(EventTypes::names(), "user.created"))
        .unique_items(true)
        .min_items(Some(1))
        .description(Some(
            "Types of events by their names, in any order. `order.*` stands for all types that begin with `order.`, \
             and `*` for all types, also those of later versions.",
        ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choosable_type_is_of_people_or_money_and_is_read_as_it_is_written() {
        let nouns = GROUPS.map(|group| group.trim_end_matches('*'));
        for one in EventType::CHOOSABLE {
            assert_eq!(EventType::parse(one.as_str()), Some(*one));
            assert!(nouns.iter().any(|noun| one.as_str().starts_with(*noun)), "{one}");
        }
        for noun in nouns {
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
    fn a_group_has_the_types_of_its_noun_and_a_star_has_all() {
        let has = |text: &str, kind: &str| EventTypes::parse(text).has(EventType::parse(kind).unwrap());
        assert!(has("order.*", "order.placed") && has("*", "order.placed"));
        assert!(!has("order.*", "user.created") && !has("", "user.created"));
        assert!(EventType::CHOOSABLE.iter().all(|one| EventTypes::parse("*").has(*one)));
        let groups = GROUPS.join(" ");
        assert!(EventType::CHOOSABLE.iter().all(|one| EventTypes::parse(&groups).has(*one)));
        assert_eq!(EventTypes::parse("user.created * order.*").to_string(), "* order.* user.created");
    }
}

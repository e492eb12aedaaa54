//! Actions: names of the events that the audit trail records.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::TargetKind;
use crate::{
    collect,
    schema::{open, schemas},
};

/// An action that the audit trail can record. Features declare the constants: [`Action::USER_CREATED`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Action(u8);

/// An action as its feature declares it.
#[derive(Clone, Copy)]
pub(crate) struct Declaration {
    pub name: &'static str,
    pub words: &'static str,
    pub target: TargetKind,
}

/// Declares the actions of a feature: a constant of [`Action`] for each, with its name, its words and the kind of its
/// target, and the list `ACTIONS` for `lib.rs`.
macro_rules! actions {
    ($($constant:ident = $name:literal, $words:literal, $target:ident;)*) => {
        pub(crate) const ACTIONS: &[$crate::audit::Declaration] = &[$(
            $crate::audit::Declaration {
                name: $name,
                words: $words,
                target: $crate::audit::TargetKind::$target,
            },
        )*];

        impl $crate::audit::Action {$(
            #[doc = concat!("`", $name, "`: the actor ", $words, ".")]
            pub const $constant: Self = Self::named($name);
        )*}
    };
}
pub(crate) use actions;

const DECLARED: &[Declaration] = &collect::concat::<_, { collect::count(crate::ACTIONS) }>(crate::ACTIONS);
const NAMES: &[&str] = &names();

const fn names() -> [&'static str; DECLARED.len()] {
    let mut names = [""; DECLARED.len()];
    let mut place = 0;
    while place < names.len() {
        names[place] = DECLARED[place].name;
        place += 1;
    }
    names
}

impl Action {
    pub const ALL: &[Self] = &{
        let mut all = [Self(0); DECLARED.len()];
        let mut place = 0;
        while place < all.len() {
            all[place] = Self(place as u8);
            place += 1;
        }
        all
    };

    /// The action with this name. It is evaluated by the compiler, so an action that is not collected does not compile.
    pub(crate) const fn named(name: &str) -> Self {
        Self(collect::place(NAMES, name))
    }

    const fn declaration(self) -> &'static Declaration {
        &DECLARED[self.0 as usize]
    }

    /// Stable name for filters and programs: `user.created`.
    pub const fn as_str(self) -> &'static str {
        self.declaration().name
    }

    /// Predicate for a sentence with the actor as its subject.
    pub const fn words(self) -> &'static str {
        self.declaration().words
    }

    /// The kind of its target, if that has an id.
    pub const fn target(self) -> TargetKind {
        self.declaration().target
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.as_str() == text)
    }
}

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Action({self})")
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Self::parse(&name).ok_or_else(|| serde::de::Error::unknown_variant(&name, NAMES))
    }
}

schemas! {
    Action as "AuditAction" = open(Action::ALL.iter().map(|one| one.as_str()), "user.suspended")
        .description(Some("What happened, as the audit trail names it."));
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_action_has_a_name_of_its_own_and_is_read_by_it() {
        assert_eq!(NAMES.iter().collect::<HashSet<_>>().len(), NAMES.len());
        for action in Action::ALL {
            let json = serde_json::to_string(action).unwrap();
            assert_eq!(json, format!("\"{action}\""));
            assert_eq!(serde_json::from_str::<Action>(&json).unwrap(), *action);
        }
        assert!(serde_json::from_str::<Action>("\"order.lost\"").is_err());
    }
}

//! Versions of objects: a change is refused if the object has changed since it was read.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, SeqAccess, Visitor},
};

/// The versions of an object that a change is meant for: that of a form, or those of `If-Match`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Every version: nothing was said, or `*`.
    #[default]
    Any,
    OneOf(Vec<i64>),
}

impl Expected {
    pub fn has(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}

impl From<i64> for Expected {
    fn from(version: i64) -> Self {
        Self::OneOf(vec![version])
    }
}

impl<'de> Deserialize<'de> for Expected {
    /// Reads a number, its digits (forms), `*`, or a list of numbers.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Versions)
    }
}

struct Versions;

impl<'de> Visitor<'de> for Versions {
    type Value = Expected;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version")
    }

    fn visit_i64<E: de::Error>(self, version: i64) -> Result<Expected, E> {
        Ok(version.into())
    }

    fn visit_u64<E: de::Error>(self, version: u64) -> Result<Expected, E> {
        // No object has a version beyond the largest that the database holds.
        Ok(i64::try_from(version).map_or(Expected::OneOf(Vec::new()), Expected::from))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Expected, E> {
        match text {
            "*" => Ok(Expected::Any),
            digits => digits.parse().map(i64::into).map_err(|_| de::Error::custom("must be a whole number")),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Expected, A::Error> {
        let mut versions = Vec::new();
        while let Some(version) = items.next_element()? {
            versions.push(version);
        }
        Ok(Expected::OneOf(versions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_forms_and_programs_send_them() {
        for (json, expected) in [
            ("3", Some(Expected::from(3))),
            ("\"3\"", Some(Expected::from(3))),
            ("\"*\"", Some(Expected::Any)),
            ("[3,4]", Some(Expected::OneOf(vec![3, 4]))),
            ("[]", Some(Expected::OneOf(Vec::new()))),
            ("\"x\"", None),
            ("null", None),
            ("1.5", None),
        ] {
            assert_eq!(serde_json::from_str::<Expected>(json).ok(), expected, "{json}");
        }
        assert!(Expected::Any.has(7) && Expected::OneOf(vec![6, 7]).has(7) && !Expected::from(6).has(7));
    }
}

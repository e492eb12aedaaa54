//! Filters that all lists have alike: ranges of time, and several values of a closed set.

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, IntoDeserializer, SeqAccess, Visitor, value::StringDeserializer},
};
use utoipa::ToSchema;

use crate::Timestamp;

/// Maximum number of values of one filter. No state has more; a list has a scan for each value.
pub const MAX_VALUES: usize = 6;

/// A range of time, with bounds that are part of it (`gte`, `lte`) or not (`gt`, `lt`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TimeRange {
    /// At this time or later (inclusive).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gte: Option<Timestamp>,
    /// Later than this time (exclusive).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gt: Option<Timestamp>,
    /// At this time or earlier (inclusive).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lte: Option<Timestamp>,
    /// Earlier than this time (exclusive).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lt: Option<Timestamp>,
}

impl TimeRange {
    pub const fn is_empty(&self) -> bool {
        self.gte.is_none() && self.gt.is_none() && self.lte.is_none() && self.lt.is_none()
    }
}

// None of them is no filter. In a query string the parameter is repeated: `state=paid&state=refunded`.
/// Any of these values: repeat the parameter for each.
#[derive(Clone, Debug, PartialEq, Eq, ToSchema)]
#[schema(max_items = 6)]
pub struct AnyOf<T>(Vec<T>);

impl<T> Default for AnyOf<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> From<Option<T>> for AnyOf<T> {
    fn from(value: Option<T>) -> Self {
        Self(value.into_iter().collect())
    }
}

impl<T: PartialEq> FromIterator<T> for AnyOf<T> {
    /// Keeps the first [`MAX_VALUES`] different values.
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut all = Self::default();
        for value in values {
            if !all.0.contains(&value) && all.0.len() < MAX_VALUES {
                all.0.push(value);
            }
        }
        all
    }
}

impl<T> AnyOf<T> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn values(&self) -> &[T] {
        &self.0
    }

    /// The value, if it is the only one.
    pub fn only(&self) -> Option<&T> {
        match self.0.as_slice() {
            [value] => Some(value),
            _ => None,
        }
    }
}

impl<T: Serialize> Serialize for AnyOf<T> {
    /// One value as itself, so that cursors from before there could be several stay valid.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.only() {
            Some(value) => value.serialize(to),
            None => self.0.serialize(to),
        }
    }
}

impl<'de, T: Deserialize<'de> + PartialEq> Deserialize<'de> for AnyOf<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Values<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de> + PartialEq> Visitor<'de> for Values<T> {
            type Value = AnyOf<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value or a list of values")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<AnyOf<T>, E> {
                let text: StringDeserializer<E> = text.to_owned().into_deserializer();
                T::deserialize(text).map(|value| AnyOf(vec![value]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<AnyOf<T>, A::Error> {
                let mut all = Vec::new();
                while let Some(value) = values.next_element()? {
                    if !all.contains(&value) {
                        all.push(value);
                    }
                    if all.len() > MAX_VALUES {
                        return Err(A::Error::custom(format_args!("must have at most {MAX_VALUES} values")));
                    }
                }
                Ok(AnyOf(all))
            }
        }

        from.deserialize_seq(Values(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_once_and_bounded() {
        let read = |json: &str| serde_json::from_str::<AnyOf<u8>>(json);
        assert_eq!(read("[1, 2, 1]").unwrap().values(), [1, 2]);
        assert!(read("[1, 2, 3, 4, 5, 6]").is_ok());
        assert!(read("[1, 2, 3, 4, 5, 6, 7]").unwrap_err().to_string().contains("at most 6"));
        assert_eq!(serde_json::to_string(&AnyOf::from(Some(1))).unwrap(), "1");
        assert_eq!(serde_json::to_string(&read("[1, 2]").unwrap()).unwrap(), "[1,2]");
    }
}

//! Query of the list of users.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::Status;
use crate::{
    Limit, Role,
    filter::{AnyOf, TimeRange},
    schema::{one_of, schemas},
    search::Search,
};

/// Sort columns of the list of users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UserField {
    Joined,
    Name,
    Email,
    LastSeen,
}

impl UserField {
    pub const ALL: &[Self] = &[Self::Name, Self::Email, Self::Joined, Self::LastSeen];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Name => "name",
            Self::Email => "email",
            Self::LastSeen => "last_seen",
        }
    }
}

/// A field and a direction, written `name` (ascending) or `-name` (descending).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UserSort {
    pub field: UserField,
    pub descending: bool,
}

impl UserSort {
    pub fn all() -> impl Iterator<Item = Self> {
        UserField::ALL
            .iter()
            .flat_map(|field| [false, true].map(|descending| Self { field: *field, descending }))
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::all().find(|sort| sort.to_string() == text)
    }
}

impl Default for UserSort {
    /// Newest first.
    fn default() -> Self {
        Self { field: UserField::Joined, descending: true }
    }
}

impl std::fmt::Display for UserSort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.field.as_str())
    }
}

impl Serialize for UserSort {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UserSort {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(
                "must be one of joined, name, email, last_seen, with - before it for descending",
            )
        })
    }
}

/// Query of the list of users. Without a status it lists all except removed ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UsersQuery {
    /// Prefix of an e-mail address or a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<Search>,
    /// Only these statuses; by default all except removed.
    #[serde(skip_serializing_if = "AnyOf::is_empty")]
    pub status: AnyOf<Status>,
    /// Only users with any of these roles. Without `q`.
    #[serde(skip_serializing_if = "AnyOf::is_empty")]
    pub role: AnyOf<Role>,
    /// By default newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<UserSort>,
    /// Only those who joined in this range of time. The list is sorted by `joined`. Without `q`.
    #[serde(skip_serializing_if = "TimeRange::is_empty")]
    pub created: TimeRange,
    /// Only those changed in this range of time, sorted by it, least recent first. Removed users too. Without other filters and
    /// without a sort.
    #[serde(skip_serializing_if = "TimeRange::is_empty")]
    pub updated: TimeRange,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

impl UsersQuery {
    /// Returns true if nothing is asked for but a range of changes.
    pub fn is_of_changes(&self) -> bool {
        let Self { updated, limit, cursor, .. } = self.clone();
        *self == Self { updated, limit, cursor, ..Self::default() }
    }
}

schemas! {
    UserSort = one_of(UserSort::all().map(|sort| sort.to_string()).collect::<Vec<_>>().iter().map(String::as_str), "-joined")
        .description(Some("A field to sort by, with `-` before it for descending."));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sort_is_read_as_it_is_written() {
        for sort in UserSort::all() {
            assert_eq!(UserSort::parse(&sort.to_string()), Some(sort));
        }
        assert_eq!(UserSort::parse("--name"), None);
        assert_eq!(UserSort::default().to_string(), "-joined");
    }
}

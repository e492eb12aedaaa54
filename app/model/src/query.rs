//! Filters, sorts and searches of lists. Pages and API share these types, so a filter has one name.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Currency, Limit, OrderId, Timestamp, TypedAmount, UserId,
    audit::Action,
    job::{JobKind, JobState},
    order::OrderState,
    payment::PaymentState,
    refund::RefundState,
    search::query_words,
    token::{TokenKind, TokenLife},
    user::Status,
    webhook::DeliveryState,
};

/// Maximum length of a search text, in characters.
pub const MAX_SEARCH: usize = 100;

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
    /// Only this status; by default all except removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// By default newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<UserSort>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Query of the audit trail, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuditQuery {
    /// Only events by this actor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Only events about this target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<UserId>,
    /// From this time on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Query of one user's sessions, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SessionsQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Query of tokens. Newest first; by life: active tokens by next expiry, ended ones by latest end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TokensQuery {
    /// Only personal tokens of this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<TokenKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub life: Option<TokenLife>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Query of jobs, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JobsQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<JobState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<JobKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Query of webhooks, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebhooksQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Query of one webhook's deliveries, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeliveriesQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<DeliveryState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub cursor: Option<String>,
}

/// What orders can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum OrderSort {
    #[serde(rename = "placed")]
    Placed,
    /// Newest first.
    #[default]
    #[serde(rename = "-placed")]
    PlacedDescending,
    #[serde(rename = "total")]
    Total,
    #[serde(rename = "-total")]
    TotalDescending,
}

impl OrderSort {
    pub const ALL: &[Self] = &[Self::PlacedDescending, Self::Placed, Self::TotalDescending, Self::Total];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::PlacedDescending => "-placed",
            Self::Total => "total",
            Self::TotalDescending => "-total",
        }
    }

    pub const fn is_descending(self) -> bool {
        matches!(self, Self::PlacedDescending | Self::TotalDescending)
    }

    pub const fn is_by_total(self) -> bool {
        matches!(self, Self::Total | Self::TotalDescending)
    }
}

/// Query of orders: by customer, time or amount. Amounts are comparable only in one currency, and a list
/// filtered by amount is sorted by it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OrdersQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<OrderState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<UserId>,
    /// Only the one that is called exactly so, whatever else is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 64, example = "SHOP-1042")]
    pub reference: Option<Search>,
    /// Placed from this time on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Placed before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Only orders in this currency; needed to sort by total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Minimum total, in major units of the currency: `12.50`. Sorts by total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<TypedAmount>,
    /// Maximum total, in major units of the currency. Sorts by total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<TypedAmount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<OrderSort>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Query of one's own orders, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MyOrdersQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<OrderState>,
    /// Placed from this time on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Placed before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Query of payments, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PaymentsQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<PaymentState>,
    /// Only those of this order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Query of refunds, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RefundsQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<RefundState>,
    /// Only those of this order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Text to search for, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Search(String);

impl Search {
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.chars().take(MAX_SEARCH + 1).count() > MAX_SEARCH {
            return Err("must have at most 100 characters");
        }
        if text.chars().any(char::is_control) {
            return Err("cannot contain control characters");
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folded words, each of which has to begin a word of what is found: see [`query_words`].
    pub fn words(&self) -> Vec<String> {
        query_words(&self.0)
    }

    /// The id, if the text is one as pages and API show it.
    pub fn id(&self) -> Option<Uuid> {
        if self.0.len() == uuid::fmt::Hyphenated::LENGTH { Uuid::parse_str(&self.0).ok() } else { None }
    }
}

impl<'de> Deserialize<'de> for Search {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
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

    #[test]
    fn a_search_has_words_without_case_or_accents_or_is_an_id() {
        assert_eq!(Search::parse(" Amé ROUX").unwrap().words(), ["ame", "roux"]);
        let id = "01a2033b-b2df-7000-8000-000000000001";
        assert_eq!(Search::parse(id).unwrap().id().map(|id| id.to_string()).as_deref(), Some(id));
        assert_eq!(Search::parse("01a2033b").unwrap().id(), None);
        assert!(Search::parse(&"x".repeat(101)).is_err());
        assert!(Search::parse("a\0b").is_err());
    }
}

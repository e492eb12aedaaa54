//! Queries of orders.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::OrderState;
use crate::{
    Currency, Limit, Timestamp, TypedAmount, UserId,
    filter::{AnyOf, TimeRange},
    search::Search,
};

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
    #[serde(skip_serializing_if = "AnyOf::is_empty")]
    pub state: AnyOf<OrderState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<UserId>,
    /// Only the one that is called exactly so, whatever else is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 64, example = "SHOP-1042")]
    pub reference: Option<Search>,
    /// Placed at this time or later (inclusive); as `created[gte]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Placed before this time (exclusive); as `created[lt]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Only orders in this currency; needed to sort by total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Minimum total (inclusive), in major units of the currency: `12.50`. Sorts by total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<TypedAmount>,
    /// Maximum total (inclusive), in major units of the currency. Sorts by total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<TypedAmount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<OrderSort>,
    /// Only those placed in this range of time. Without a currency or an amount.
    #[serde(skip_serializing_if = "TimeRange::is_empty")]
    pub created: TimeRange,
    /// Only those changed in this range of time, sorted by it, least recent first. Without other filters and
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

impl OrdersQuery {
    /// Returns true if nothing is asked for but a range of changes.
    pub fn is_of_changes(&self) -> bool {
        let Self { updated, limit, cursor, .. } = self.clone();
        *self == Self { updated, limit, cursor, ..Self::default() }
    }
}

/// Query of one's own orders, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MyOrdersQuery {
    #[serde(skip_serializing_if = "AnyOf::is_empty")]
    pub state: AnyOf<OrderState>,
    /// Placed at this time or later (inclusive); as `created[gte]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Placed before this time (exclusive); as `created[lt]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Only those placed in this range of time.
    #[serde(skip_serializing_if = "TimeRange::is_empty")]
    pub created: TimeRange,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

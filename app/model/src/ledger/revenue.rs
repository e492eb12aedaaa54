//! Revenue and refunds per day.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Currency, Timestamp};

/// Number of days shown: four weeks.
pub const DAYS: i64 = 28;

/// One day in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevenueDay {
    /// When it begins, in UTC.
    pub day: Timestamp,
    #[schema(example = 12)]
    pub captures: i64,
    /// In minor units.
    #[schema(example = 48_250)]
    pub captured_minor: i64,
    #[schema(example = 1)]
    pub refunds: i64,
    /// In minor units.
    #[schema(example = 1_250)]
    pub refunded_minor: i64,
}

/// Days of one currency, the oldest first, those without anything included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revenue {
    pub currency: Currency,
    pub days: Vec<RevenueDay>,
}

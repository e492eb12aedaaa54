//! Query of tokens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{TokenKind, TokenLife};
use crate::{Limit, UserId, filter::TimeRange};

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
    /// Only those created in this range of time. Without `life`.
    #[serde(skip_serializing_if = "TimeRange::is_empty")]
    pub created: TimeRange,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048, pattern = "^[A-Za-z0-9_-]+$")]
    pub cursor: Option<String>,
}

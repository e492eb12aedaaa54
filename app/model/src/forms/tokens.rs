//! Forms that create and revoke tokens.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    Permissions, TokenId,
    token::{self, TokenKind},
};

/// A new token: one's own, or one of the business.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    #[serde(default)]
    pub kind: TokenKind,
    #[serde(default)]
    #[validate(custom(function = "token::check_name"))]
    #[schema(required = true, example = "ci", min_length = 1, max_length = 60)]
    pub name: String,
    /// `1d` to `365d`; `never` only for a service token.
    #[serde(default)]
    #[validate(custom(function = "token::check_expiry"))]
    #[schema(example = "90d", default = "90d")]
    pub expires: String,
    /// What it may do. With nothing, a personal token only reads its owner's own account.
    #[serde(default)]
    pub permissions: Permissions,
}

#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeToken {
    pub id: TokenId,
}

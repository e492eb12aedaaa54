//! Forms that create and change users.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::{email, name};
use crate::{
    Expected, UserId,
    form::{check_reason, present},
};

#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    #[serde(default)]
    #[validate(custom(function = "name::check"))]
    #[schema(
        required = true,
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x1F\x7F]*[^\s\x00-\x1F\x7F][^\x00-\x1F\x7F]*$",
        example = "Ann Lee"
    )]
    pub name: String,
    #[serde(default)]
    #[validate(custom(function = "email::check"))]
    #[schema(required = true, format = "email", max_length = 254, example = "ann@example.com")]
    pub email: String,
}

/// What is not there stays as it is.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateUser {
    pub id: UserId,
    /// The versions that the change is meant for.
    #[schema(value_type = i64)]
    pub version: Expected,
    #[serde(default, deserialize_with = "present")]
    #[validate(custom(function = "name::check"))]
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 100,
        pattern = r"^[^\x00-\x1F\x7F]*[^\s\x00-\x1F\x7F][^\x00-\x1F\x7F]*$",
        example = "Ann Lee"
    )]
    pub name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[validate(custom(function = "email::check"))]
    #[schema(nullable = false, format = "email", max_length = 254, example = "ann@example.com")]
    pub email: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspendUser {
    pub id: UserId,
    #[serde(default)]
    #[validate(custom(function = "check_reason"))]
    /// Why; the audit trail keeps it.
    #[schema(
        required = true,
        min_length = 1,
        max_length = 500,
        pattern = r"\S",
        example = "Three chargebacks"
    )]
    pub reason: String,
}

/// Input of changes that need only a user's id: reinstate, remove, restore, invite again.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneUser {
    pub id: UserId,
}

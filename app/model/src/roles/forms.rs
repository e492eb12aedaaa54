//! The form that assigns and removes roles.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::{Role, UserId};

/// Gives or takes a role.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeRole {
    pub id: UserId,
    pub role: Role,
}

//! Users as others see them. No type here has a field for a password or its hash, so neither can be shown
//! by mistake.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::{
    Roles, Timestamp, UserId,
    schema::{open, schemas},
};

/// Whether somebody can sign in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    Active,
    /// Blocked by staff, for a reason.
    Suspended,
    /// In the trash with all their data, until restored.
    Removed,
}

impl Status {
    /// All values, in the order of their definition.
    pub const ALL: &[Self] = Self::VARIANTS;

    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A user, as staff with `users:read` may see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    pub id: UserId,
    #[schema(example = "Ann Lee")]
    pub name: String,
    #[schema(example = "ann@example.com")]
    pub email: String,
    pub status: Status,
    /// Why they are suspended; empty otherwise.
    #[schema(example = "")]
    pub suspended_reason: String,
    pub roles: Roles,
    /// Whether they can sign in with a password; `false` until an invitation is accepted.
    #[schema(example = true)]
    pub has_password: bool,
    pub joined_at: Timestamp,
    pub updated_at: Timestamp,
    pub last_seen_at: Option<Timestamp>,
    #[schema(default = json!(null))]
    pub removed_at: Option<Timestamp>,
    /// Grows with every change. Sent back with an edit, it shows whether somebody else was faster.
    #[schema(example = 3)]
    pub version: i64,
}

/// A user, as far as a list shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserSummary {
    pub id: UserId,
    #[schema(example = "Ann Lee")]
    pub name: String,
    #[schema(example = "ann@example.com")]
    pub email: String,
    pub status: Status,
    pub roles: Roles,
    pub joined_at: Timestamp,
    pub updated_at: Timestamp,
    pub last_seen_at: Option<Timestamp>,
}

/// Whose an order is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Customer {
    pub id: UserId,
    #[schema(example = "Ann Lee")]
    pub name: String,
}

schemas! {
    Status as "UserStatus" = open(Status::ALL.iter().map(|one| one.as_str()), "active")
        .description(Some("Where an account stands: `active`; `suspended` by staff, for a reason; `removed` to the trash, until it is restored."));
}

//! Users as others see them. There is no field here for a password or its hash, so neither can be
//! shown by mistake.

use serde::{Deserialize, Serialize};

use crate::{Roles, Timestamp, UserId};

/// Whether somebody can sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Active,
    /// Kept out by staff, for a reason.
    Suspended,
    /// In the trash, with everything that was theirs, until restored.
    Removed,
}

impl Status {
    pub const ALL: &[Self] = &[Self::Active, Self::Suspended, Self::Removed];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Removed => "removed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| status.as_str() == text)
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A user, as staff with `users:read` may see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub status: Status,
    /// Why they are suspended; empty otherwise.
    pub suspended_reason: String,
    pub roles: Roles,
    /// Whether they can sign in with a password; `false` until an invitation is accepted.
    pub has_password: bool,
    pub joined_at: Timestamp,
    pub updated_at: Timestamp,
    pub last_seen_at: Option<Timestamp>,
    pub removed_at: Option<Timestamp>,
    /// Grows with every change. Sent back with an edit, it shows whether somebody else was faster.
    pub version: i64,
}

/// One signed-in device of a person, as they see it themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub id: crate::SessionId,
    pub user_agent: String,
    pub ip: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
}

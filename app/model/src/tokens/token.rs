//! Tokens, as lists show them.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::{
    Permissions, Timestamp, TokenId, UserId,
    audit::Party,
    schema::{open, schemas},
};

/// Maximum number of active tokens per person.
pub const MAX_LIVE: i64 = 50;
/// Time for which an ended token is still listed, in days.
pub const KEPT_DAYS: i64 = 90;

/// For whom a token acts.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "snake_case")]
pub enum TokenKind {
    /// Acts for a person, with at most the permissions that they have at the time.
    #[default]
    Personal,
    /// Acts for the business. It outlives its creator's account.
    Service,
}

impl TokenKind {
    /// All values, in the order of their definition.
    pub const ALL: &[Self] = Self::VARIANTS;

    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What a list of tokens can be limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenLife {
    /// Neither expired nor revoked.
    Live,
    Ended,
}

impl TokenLife {
    pub const ALL: &[Self] = &[Self::Live, Self::Ended];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Ended => "ended",
        }
    }
}

/// Whether a token works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenState {
    Live,
    /// Its owner is suspended or removed. It works again afterwards.
    Paused,
    Expired,
    Revoked,
}

impl TokenState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// Whose a personal token is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenOwner {
    pub id: UserId,
    #[schema(example = "Ann Lee")]
    pub name: String,
}

/// A token, as lists show it. There is no field for its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    pub id: TokenId,
    #[schema(example = "ci")]
    pub name: String,
    /// How its text begins, to recognise it by: `fd_Ab3dE7f`.
    #[schema(example = "fd_Ab3dE7f")]
    pub hint: String,
    pub kind: TokenKind,
    /// Whose it is; nobody's if it is a service token.
    pub owner: Option<TokenOwner>,
    /// What it was given. A personal token may do what of this its owner may do.
    pub permissions: Permissions,
    pub state: TokenState,
    pub created_at: Timestamp,
    pub created_by: Party,
    /// `null`: never.
    pub expires_at: Option<Timestamp>,
    /// Exact to a minute or so.
    pub last_used_at: Option<Timestamp>,
    #[schema(default = json!(null))]
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// End of its life, past or future; `None`: never.
    pub fn ends_at(&self) -> Option<Timestamp> {
        // Only an active token can be revoked, so the revocation comes first.
        self.revoked_at.or(self.expires_at)
    }

    /// Label in the audit trail: `ci (fd_Ab3dE7f)`.
    pub fn label(&self) -> String {
        label(&self.name, &self.hint)
    }
}

/// Label of a token in the audit trail: `ci (fd_Ab3dE7f)`.
pub fn label(name: &str, hint: &str) -> String {
    format!("{name} ({hint})")
}

/// Prefix of a service token's label as an actor.
const SERVICE: &str = "service token ";

/// A service token as the actor of an event.
pub fn service_party(id: TokenId, name: &str, hint: &str) -> Party {
    Party { id: Some(id.0), label: format!("{SERVICE}{}", label(name, hint)) }
}

/// Returns true if an actor is a service token, judging by its label: other actors' ids link to users. A
/// user with such a name is not linked.
pub fn is_service_party(party: &Party) -> bool {
    party.label.starts_with(SERVICE)
}

schemas! {
    TokenState = open(["live", "paused", "expired", "revoked"], "live")
        .description(Some("Whether a token works: `live`; `paused` while its owner is suspended or removed; `expired`; `revoked`."));
    TokenKind = open(TokenKind::ALL.iter().map(|one| one.as_str()), "personal")
        .description(Some("For whom a token acts: `personal` for a person, with at most their permissions; `service` for the business."));
}

//! Forms that end sessions.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::SessionId;

/// Ends one session: one's own, or with `sessions:end` another user's.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSession {
    pub id: SessionId,
}

/// Ends all of one's own sessions except the current one.
#[derive(Clone, Debug, Default, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct EndOtherSessions {}

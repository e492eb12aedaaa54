//! Sessions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{SessionId, Timestamp};

/// One signed-in device of a person, as they see it themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    pub id: SessionId,
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
    pub user_agent: String,
    #[schema(example = "203.0.113.9")]
    pub ip: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
}

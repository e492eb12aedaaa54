//! `GET /api/v1/users/{id}/sessions`.

use frontdesk_domain::sessions;
use frontdesk_model::{
    Limit, Page, Permission, Problem, UserId,
    sessions::{Session, SessionsQuery},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("sessions.list", "/users/{id}/sessions", list)
        .about(
            "List a user's sessions",
            "The devices on which somebody is signed in, the newest first. Nobody has none.",
        )
        .needs(Permission::SESSIONS_READ)
}

/// Sessions of one user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfUser {
    id: UserId,
    #[serde(default)]
    limit: Option<Limit>,
    /// Where to go on: `next` or `prev` of the page before.
    #[serde(default)]
    #[schema(max_length = 2048)]
    cursor: Option<String>,
}

async fn list(call: Call, of: OfUser) -> Result<Page<Session>, Problem> {
    let query = SessionsQuery { limit: of.limit, cursor: of.cursor };
    Ok(sessions::list(&call, of.id, &query).await?)
}

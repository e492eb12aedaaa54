//! `/api/v1/sessions`: the devices on which people are signed in.

use frontdesk_domain::sessions;
use frontdesk_model::{
    Code, Limit, Page, Permission, Problem, UserId, audit::Action, forms::EndSession, query::SessionsQuery,
    user::Session,
};
use http::Method;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::api::{answer::Nothing, call::Call, operation::Route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("sessions.list_mine", "/me/sessions", list_mine)
            .about(
                "List my sessions",
                "The devices on which the person whom a personal token acts for is signed in, the newest first.",
            )
            .refuses(&[Code::Forbidden])
            .notes(&["A service token acts for nobody, and is answered FORBIDDEN."]),
        Route::get("sessions.list", "/users/{id}/sessions", list)
            .about(
                "List a user's sessions",
                "The devices on which somebody is signed in, the newest first. Nobody has none.",
            )
            .needs(Permission::SessionsRead),
        Route::new(Method::DELETE, "sessions.end", "/sessions/{id}", end)
            .about("End a session", "Signs a device out, at once.")
            .needs(Permission::SessionsEnd)
            .audits(&[Action::SessionEnded])
            .refuses(&[Code::Forbidden])
            .notes(&["Nobody signs out somebody who holds more than they do."]),
    ]
}

async fn list_mine(call: Call, query: SessionsQuery) -> Result<Page<Session>, Problem> {
    Ok(sessions::list_mine(&call.domain, &call.actor, &query).await?)
}

/// Whose sessions.
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
    Ok(sessions::list(&call.domain, &call.actor, of.id, &query).await?)
}

async fn end(call: Call, form: EndSession) -> Result<Nothing, Problem> {
    sessions::end(&call.domain, &call.actor, form).await?;
    Ok(Nothing)
}

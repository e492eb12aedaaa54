//! `GET /api/v1/me/sessions`.

use frontdesk_domain::sessions;
use frontdesk_model::{
    Code, Page, Problem,
    sessions::{Session, SessionsQuery},
};

use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("sessions.list_mine", "/me/sessions", list_mine)
        .about(
            "List my sessions",
            "The devices on which the person whom a personal token acts for is signed in, the newest first.",
        )
        .refuses(&[Code::Forbidden])
        .notes(&["A service token acts for nobody, and is answered FORBIDDEN."])
}

async fn list_mine(call: Call, query: SessionsQuery) -> Result<Page<Session>, Problem> {
    Ok(sessions::list_mine(&call, &query).await?)
}

//! `DELETE /api/v1/sessions/{id}`.

use frontdesk_domain::sessions;
use frontdesk_model::{Code, Permission, Problem, audit::Action, sessions::EndSession};
use http::Method;

use crate::{answer::Nothing, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::new(Method::DELETE, "sessions.end", "/sessions/{id}", end)
        .about("End a session", "Signs a device out, at once.")
        .needs(Permission::SESSIONS_END)
        .audits(&[Action::SESSION_ENDED])
        .refuses(&[Code::Forbidden])
        .notes(&["Nobody signs out somebody who holds more than they do."])
}

async fn end(call: Call, form: EndSession) -> Result<Nothing, Problem> {
    sessions::end(&call, form).await?;
    Ok(Nothing)
}

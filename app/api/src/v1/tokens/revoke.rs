//! `DELETE /api/v1/tokens/{id}`.

use frontdesk_domain::tokens;
use frontdesk_model::{Code, Problem, audit::Action, tokens::RevokeToken};
use http::Method;

use crate::{answer::Nothing, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::new(Method::DELETE, "tokens.revoke", "/tokens/{id}", revoke)
        .about(
            "Revoke a token",
            "Ends a token at once and for good. A token can always revoke itself, whatever it may do otherwise.",
        )
        .audits(&[Action::TOKEN_REVOKED])
        .refuses(&[Code::Forbidden, Code::WrongState])
        .notes(&["To revoke any other, the calling token needs `tokens:manage`."])
}

async fn revoke(call: Call, form: RevokeToken) -> Result<Nothing, Problem> {
    tokens::revoke(&call, form).await?;
    Ok(Nothing)
}

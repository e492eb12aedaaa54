//! `POST /api/v1/tokens`.

use frontdesk_domain::tokens;
use frontdesk_model::{Code, Permission, Problem, Token, audit::Action, tokens::CreateToken};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{answer::Created, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::post("tokens.create", "/tokens", create)
        .about(
            "Create a token",
            "A personal token acts for the person whom the calling token acts for; a service token acts for the \
             business. Its text is in this answer and nowhere else.",
        )
        .needs(Permission::TOKENS_MANAGE)
        .audits(&[Action::TOKEN_CREATED])
        .refuses(&[Code::Forbidden, Code::TokenLimit])
        .notes(&[
            "A token made with a token holds no more than it does, and ends no later.",
            "With an idempotency key the answer can be had again for 24 hours, by the same token only; it is kept \
             encrypted with the text of that token.",
        ])
}

/// A new token, and its text.
#[derive(Serialize, ToSchema)]
struct CreatedToken {
    token: Token,
    /// What to send as `Authorization: Bearer …`. It is in this answer and nowhere else.
    #[schema(example = "fd_…")]
    text: String,
}

async fn create(call: Call, form: CreateToken) -> Result<Created<CreatedToken>, Problem> {
    let made = tokens::create(&call, form).await?;
    let text = made.text.expose().to_owned();
    Ok(Created { path: format!("/tokens/{}", made.token.id), body: CreatedToken { token: made.token, text } })
}

//! `/api/v1/tokens`: what programs show to say for whom they act.

use frontdesk_domain::tokens;
use frontdesk_model::{
    Code, Page, Permission, Problem, Token,
    audit::Action,
    forms::{CreateToken, RevokeToken},
    query::TokensQuery,
};
use http::Method;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::api::{
    answer::{Created, Item, Nothing},
    call::Call,
    operation::Route,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("tokens.list", "/tokens", list)
            .about(
                "List tokens",
                "A page of tokens, the newest first; with `life`, by when they end. No answer has a token's text.",
            )
            .needs(Permission::TokensRead),
        Route::post("tokens.create", "/tokens", create)
            .about(
                "Create a token",
                "A personal token acts for the person whom the calling token acts for; a service token acts for the \
                 business. Its text is in this answer and nowhere else.",
            )
            .needs(Permission::TokensManage)
            .audits(&[Action::TokenCreated])
            .refuses(&[Code::Forbidden, Code::TokenLimit])
            .notes(&[
                "A token made with a token holds no more than it does, and ends no later.",
                "With an idempotency key the answer can be had again for 24 hours, by the same token only; it is kept \
                 encrypted with the text of that token.",
            ]),
        Route::get("tokens.list_mine", "/me/tokens", list_mine)
            .about("List my tokens", "The tokens of the person whom a personal token acts for.")
            .refuses(&[Code::Forbidden])
            .notes(&["A service token acts for nobody, and is answered FORBIDDEN."]),
        Route::get("tokens.read", "/tokens/{id}", read)
            .about("Read a token", "One token: whose it is, what it may do, when it was last used.")
            .notes(&["Others' tokens are not found without `tokens:read`."]),
        Route::new(Method::DELETE, "tokens.revoke", "/tokens/{id}", revoke)
            .about(
                "Revoke a token",
                "Ends a token at once and for good. A token can always revoke itself, whatever it may do otherwise.",
            )
            .audits(&[Action::TokenRevoked])
            .refuses(&[Code::Forbidden, Code::WrongState])
            .notes(&["To revoke any other, the calling token needs `tokens:manage`."]),
    ]
}

/// A new token, and its text.
#[derive(Serialize, ToSchema)]
struct NewToken {
    token: Token,
    /// What to send as `Authorization: Bearer …`. It is in this answer and nowhere else.
    #[schema(example = "fd_…")]
    text: String,
}

async fn list(call: Call, query: TokensQuery) -> Result<Page<Token>, Problem> {
    Ok(tokens::list(&call.domain, &call.actor, &query).await?)
}

async fn list_mine(call: Call, query: TokensQuery) -> Result<Page<Token>, Problem> {
    Ok(tokens::list_mine(&call.domain, &call.actor, &query).await?)
}

async fn create(call: Call, form: CreateToken) -> Result<Created<NewToken>, Problem> {
    let made = tokens::create(&call.domain, &call.actor, form).await?;
    let text = made.text.expose().to_owned();
    Ok(Created { path: format!("/tokens/{}", made.token.id), body: NewToken { token: made.token, text } })
}

async fn read(call: Call, of: RevokeToken) -> Result<Item<Token>, Problem> {
    Ok(Item(tokens::get(&call.domain, &call.actor, of.id).await?))
}

async fn revoke(call: Call, form: RevokeToken) -> Result<Nothing, Problem> {
    tokens::revoke(&call.domain, &call.actor, form).await?;
    Ok(Nothing)
}

//! `GET /api/v1/tokens`.

use frontdesk_domain::tokens;
use frontdesk_model::{Page, Permission, Problem, Token, tokens::TokensQuery};

use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("tokens.list", "/tokens", list)
        .about(
            "List tokens",
            "A page of tokens, the newest first; with `life`, by when they end. No answer has a token's text.",
        )
        .needs(Permission::TOKENS_READ)
}

async fn list(call: Call, query: TokensQuery) -> Result<Page<Token>, Problem> {
    Ok(tokens::list(&call, &query).await?)
}

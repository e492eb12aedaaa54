//! `GET /api/v1/me/tokens`.

use frontdesk_domain::tokens;
use frontdesk_model::{Code, Page, Problem, Token, tokens::TokensQuery};

use crate::{call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("tokens.list_mine", "/me/tokens", list_mine)
        .about("List my tokens", "The tokens of the person whom a personal token acts for.")
        .refuses(&[Code::Forbidden])
        .notes(&["A service token acts for nobody, and is answered FORBIDDEN."])
}

async fn list_mine(call: Call, query: TokensQuery) -> Result<Page<Token>, Problem> {
    Ok(tokens::list_mine(&call, &query).await?)
}

//! `GET /api/v1/tokens/{id}`.

use frontdesk_domain::tokens;
use frontdesk_model::{Problem, Token, tokens::RevokeToken};

use crate::{answer::Item, call::Call, operation::Route};

pub(super) fn route() -> Route {
    Route::get("tokens.read", "/tokens/{id}", read)
        .about("Read a token", "One token: whose it is, what it may do, when it was last used.")
        .notes(&["Others' tokens are not found without `tokens:read`."])
}

async fn read(call: Call, of: RevokeToken) -> Result<Item<Token>, Problem> {
    Ok(Item(tokens::get(&call, of.id).await?))
}

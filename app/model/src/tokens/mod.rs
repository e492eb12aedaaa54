//! API tokens. The text of a token is shown once; the database stores a hash and a [hint](Token::hint).

mod forms;
mod query;
mod text;
mod token;

pub use forms::{
    CreateToken, CreateTokenInPerson, DEFAULT_DAYS, Expiry, MAX_DAYS, MAX_NAME, RevokeToken, check_expiry,
    check_name,
};
pub use query::TokensQuery;
pub use text::{PREFIX, RANDOM_BYTES, TokenText};
pub use token::{
    KEPT_DAYS, MAX_LIVE, Token, TokenKind, TokenLife, TokenOwner, TokenState, is_service_party, label,
    service_party,
};

use crate::{audit::actions, permission::permissions};

permissions! {
    TOKENS_READ = "tokens:read", "See everybody’s tokens", [Admin, Auditor];
    TOKENS_MANAGE = "tokens:manage", "Make service tokens, and revoke everybody’s tokens", [Admin];
}

actions! {
    TOKEN_CREATED = "token.created", "made a token", Token;
    TOKEN_PASSWORD_WRONG = "token.password_wrong", "gave a wrong password to make a token", User;
    TOKEN_REVOKED = "token.revoked", "revoked a token", Token;
    TOKEN_REFUSED = "token.refused", "was refused with a token that has ended", Token;
}

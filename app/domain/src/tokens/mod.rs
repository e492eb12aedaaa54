//! Tokens: what programs show to say for whom they act.
//!
//! A personal token acts for its owner, with what it was given and its owner holds: it loses what
//! they lose, and stops while they are suspended or removed. A service token acts for the business;
//! it keeps what it was given, whoever comes and goes.
//!
//! Nothing grows by way of a token: what one makes holds no more than it does, and ends no later.

mod authenticate;
mod create;
mod list;
mod revoke;
mod sql;
mod sweep;
mod usage;

use frontdesk_model::{Code, Permissions, Problem, TokenText, page::ForeignCursor, tokens};
use sha2::{Digest, Sha256};

use crate::{
    Feature,
    actor::Denied,
    db::{self, Sql},
    events,
    jobs::Handler,
    problem::internal_error,
    users,
};

pub use authenticate::authenticate;
pub(crate) use authenticate::reload;
pub use create::{Created, create, create_for, create_for_in, create_in, create_in_person};
pub use list::{LIST, get, list, list_mine};
pub use revoke::{revoke, revoke_in};
pub(crate) use sql::end_personal;
pub use sweep::SweepTokens;
pub use usage::TokenUse;

/// This feature and its lists.
pub const FEATURE: Feature = Feature {
    statements,
    lists: || vec![&LIST],
    jobs: &[Handler::recurring::<SweepTokens>()],
    ..Feature::new("tokens")
};

/// Why something about tokens was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Invalid(Problem),
    #[error("the maker does not hold {0}")]
    NotHeld(Permissions),
    #[error("there are as many live tokens as one can have")]
    Limit,
    #[error("there is no such token")]
    NoSuchToken,
    #[error("the token has ended already")]
    Ended,
    #[error(transparent)]
    ForeignCursor(#[from] ForeignCursor),
    #[error(transparent)]
    Users(#[from] users::Error),
    #[error("the machine gives no randomness")]
    Randomness(#[from] getrandom::Error),
    #[error(transparent)]
    Events(#[from] events::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied(denied) => denied.into(),
            Error::Invalid(problem) => problem,
            Error::NotHeld(missing) => Self::new(Code::Forbidden).fault(
                "permissions",
                "not_held",
                format!("Nobody gives what they do not hold: {missing}"),
            ),
            Error::Limit => Self::new(Code::TokenLimit)
                .detail(format!("{} is the most. Revoke those that nothing uses.", tokens::MAX_LIVE)),
            Error::NoSuchToken => Self::new(Code::NotFound),
            Error::Ended => Self::new(Code::WrongState).detail("This token has ended already."),
            Error::ForeignCursor(foreign) => foreign.into(),
            Error::Users(error) => error.into(),
            Error::Randomness(error) => internal_error(&error),
            Error::Events(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

/// What is kept of a token's text. Its 32 random bytes cannot be guessed, so the hash need not be slow.
fn digest(text: &TokenText) -> Vec<u8> {
    Sha256::digest(text.expose().as_bytes()).to_vec()
}

/// The statements of this feature.
fn statements() -> Vec<Sql> {
    sql::ALL.iter().copied().chain(LIST.statements()).collect()
}

//! Users: their account, its state and what is known of them.
//!
//! A change of a user goes one way: `UserChange::load` checks the permission, reads the user as they are
//! now and compares ranks; the use case applies its rule and names the audit event; `UserChange::write`
//! writes the user and the event.

pub mod account;
mod addresses;
mod change;
pub mod create;
pub mod get;
pub mod list;
pub mod reinstate;
pub mod remove;
pub mod restore;
pub(crate) mod sql;
pub mod suspend;
pub mod update;
pub(crate) mod words;

use frontdesk_model::{Code, Fault, Problem, page::ForeignCursor};

use crate::{
    Feature, OtherVersion,
    actor::Denied,
    db, events,
    jobs::Handler,
    one_time_links::{self, Purpose},
    passwords,
    problem::internal_error,
};

pub(crate) use addresses::log_shared;
pub use addresses::{Account, SharedAddress, shared_addresses};
pub(crate) use change::UserChange;
pub use create::{create, create_in};
pub use get::{by_email, get};
pub use list::{LIST, UserList, list};
pub use reinstate::{reinstate, reinstate_in};
pub use remove::{remove, remove_in};
pub use restore::{restore, restore_in};
pub use suspend::{suspend, suspend_in};
pub use update::{Updated, update, update_in};
pub use words::FillWords;

/// This feature and its lists.
pub const FEATURE: Feature = Feature {
    statements,
    lists: || vec![&LIST],
    jobs: &[Handler::recurring::<FillWords>()],
    ..Feature::new("users")
};

/// Why a change of somebody, or a look at them, did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Invalid(Problem),
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    #[error("the current password is wrong")]
    WrongPassword,
    #[error("too many failed sign-ins; {wait} seconds to wait")]
    Throttled { wait: i64 },
    #[error("the e-mail address is taken")]
    EmailTaken,
    #[error("there is no such user")]
    NoSuchUser,
    #[error("the last owner must stay one")]
    LastOwner,
    #[error("somebody else changed the user meanwhile")]
    Changed(Vec<Fault>),
    #[error("not in this state: {0}")]
    WrongState(&'static str),
    #[error("the link is used or expired")]
    LinkSpent(Purpose),
    #[error(transparent)]
    ForeignCursor(#[from] ForeignCursor),
    #[error(transparent)]
    OtherVersion(#[from] OtherVersion),
    #[error(transparent)]
    Password(#[from] passwords::Error),
    #[error(transparent)]
    Link(#[from] one_time_links::Error),
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
            Error::WrongCredentials => Self::new(Code::InvalidCredentials).fault(
                "email",
                "wrong",
                "The e-mail address or the password is not right. Check both and try again",
            ),
            Error::WrongPassword => Self::new(Code::ValidationError).fault(
                "current",
                "wrong",
                "This is not the password that you have now. Check it and try again",
            ),
            Error::Throttled { wait } => Self::new(Code::TooManyRequests)
                .detail("There were too many failed tries for this account. Wait a little and try again.")
                .retry_after(u64::try_from(wait).unwrap_or(1)),
            Error::EmailTaken => Self::new(Code::EmailExists).fault(
                "email",
                "taken",
                "There is an account with this e-mail address already",
            ),
            Error::NoSuchUser => Self::new(Code::NotFound),
            Error::LastOwner => Self::new(Code::LastOwner)
                .detail("This is the last owner. Make somebody else an owner first."),
            Error::Changed(faults) => Self {
                details: faults,
                ..Self::new(Code::EditConflict)
                    .detail("Look at what is there now, then save again if you still want your version.")
            },
            Error::WrongState(why) => Self::new(Code::WrongState).detail(why),
            Error::LinkSpent(Purpose::Invite) => Self::new(Code::LinkSpent)
                .detail("It works once, for a week, and until there is a newer one. Ask for a new one."),
            Error::LinkSpent(Purpose::Setup) => Self::new(Code::LinkSpent).detail(
                "It works once, for a day, and until there is a newer one. As long as there is no owner, whoever \
                 runs this server gets a new one with the command “frontdesk admin setup-link”.",
            ),
            Error::ForeignCursor(foreign) => foreign.into(),
            Error::OtherVersion(other) => other.into(),
            Error::Password(passwords::Error::Busy) => Self::new(Code::Busy).retry_after(1),
            Error::Password(error) => internal_error(&error),
            Error::Link(error) => error.into(),
            Error::Events(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

/// Fills in what an earlier version of the program did not write: the canonical forms of addresses, and the
/// words that users are found by. Returns the number of rows that it wrote.
///
/// It runs before the program serves, so that no look-up or search misses a user.
///
/// # Errors
/// Those of the database.
pub async fn fill(db: &db::Db) -> Result<u64, db::Error> {
    Ok(addresses::fill(db).await? + words::fill(db).await?)
}

/// The statements of this feature.
fn statements() -> Vec<db::Sql> {
    let rows = addresses::ALL.iter().copied().chain(words::statements());
    sql::statements().into_iter().chain(rows).chain(LIST.statements()).collect()
}

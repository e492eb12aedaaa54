//! Sessions: signed-in devices.
//!
//! A session is a row, found by the hash of its cookie. It ends by sign-out, by its idle or absolute
//! limit, or when the user's epoch changes: suspending or removing a user ends all their sessions with
//! that one number, in the same transaction.

pub mod begin;
pub mod end;
pub mod forget;
mod last_seen;
pub mod list;
pub mod load;
pub mod reload;
pub mod sign_out;
mod sql;
mod sweep;

use std::time::Duration;

use frontdesk_model::{Code, Problem, Timestamp, page::ForeignCursor};
use sha2::{Digest, Sha256};

use crate::{
    Domain, Feature,
    actor::Denied,
    db::{self, Sql},
    events,
    jobs::Handler,
    problem::internal_error,
};

pub use begin::{begin, begin_in};
pub use end::{end, end_in, end_others, end_others_in};
pub use forget::forget;
pub use last_seen::LastSeen;
pub use list::{list, list_mine};
pub use load::load;
pub use reload::reload;
pub use sign_out::{sign_out, sign_out_in};
pub use sweep::SweepSessions;

/// This feature and its lists.
pub const FEATURE: Feature =
    Feature { statements, jobs: &[Handler::recurring::<SweepSessions>()], ..Feature::new("sessions") };

/// Lifetime of a session.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    /// Without a request.
    pub idle: Duration,
    /// From sign-in, in any case.
    pub absolute: Duration,
}

impl Default for Lifetime {
    /// A week without a request, 30 days in total: the maximum that SP 800-63B allows for one factor.
    fn default() -> Self {
        Self { idle: Duration::from_secs(7 * 24 * 3600), absolute: Duration::from_secs(30 * 24 * 3600) }
    }
}

/// The hash of a cookie's token. The database never stores the token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    pub fn of(token: &[u8]) -> Self {
        Self(Sha256::digest(token).into())
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("the account can no longer sign in")]
    Shut,
    #[error("there is no such session")]
    NoSuchSession,
    #[error(transparent)]
    ForeignCursor(#[from] ForeignCursor),
    #[error(transparent)]
    Events(#[from] events::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied(denied) => denied.into(),
            Error::Shut => internal_error(&error),
            Error::NoSuchSession => Self::new(Code::NotFound),
            Error::ForeignCursor(foreign) => foreign.into(),
            Error::Events(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

/// The statements of this feature.
fn statements() -> Vec<Sql> {
    sql::ALL.to_vec()
}

/// Sessions last seen before this time are idle.
fn idle_since(domain: &Domain, now: Timestamp) -> Timestamp {
    now - domain.lifetime.idle
}

//! Events: every change of users, orders and money, recorded in the transaction of the change.
//!
//! An event is an audit event, an item of the feed and the deliveries of its webhooks, all with one id. The
//! feed is read with [`feed()`]. Its order is that of the numbers, which are given after the commit: see
//! `number.rs`.

mod feed;
mod get;
mod number;
mod record;
mod replay;
mod sql;
mod sweep;

use frontdesk_model::{Code, Problem};

use crate::{
    Feature, OtherVersion,
    actor::Denied,
    db::{self, Sql},
    jobs::{self, Handler},
    webhooks,
};

pub use feed::feed;
pub use get::get;
pub(crate) use record::{record, record_change};
pub use replay::{Replay, replay, replay_in};
pub use sweep::{Kept, SweepEvents};

/// This feature.
pub const FEATURE: Feature = Feature {
    statements: || Vec::<Sql>::from(sql::ALL),
    jobs: &[Handler::recurring::<SweepEvents>(), Handler::of::<Replay>()],
    ..Feature::new("events")
};

/// A failure to record or read events. After a failure to record one, the caller's transaction must not be
/// committed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Invalid(Problem),
    #[error(transparent)]
    Webhook(#[from] webhooks::Error),
    #[error(transparent)]
    OtherVersion(#[from] OtherVersion),
    /// Another job of this kind has not begun yet.
    #[error("events are being sent to this webhook again")]
    InProgress,
    #[error("there is no such event")]
    NoSuchEvent,
    /// Events after this number were deleted.
    #[error("events after {0} are no longer kept")]
    Expired(i64),
    /// The last number is lower.
    #[error("the last event has the number {0}")]
    Ahead(i64),
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error(transparent)]
    Enqueue(jobs::Error),
}

impl From<jobs::Error> for Error {
    fn from(error: jobs::Error) -> Self {
        match error {
            jobs::Error::Database(error) => Self::Database(error),
            error => Self::Enqueue(error),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied(denied) => denied.into(),
            Error::Invalid(problem) => problem,
            Error::Webhook(error) => error.into(),
            Error::OtherVersion(other) => other.into(),
            Error::InProgress => Self::new(Code::WrongState)
                .detail("Events are being sent to this webhook again already. Wait until that has begun."),
            Error::NoSuchEvent => Self::new(Code::NotFound),
            Error::Expired(after) => {
                Self::new(Code::EventsExpired).detail(format!("Events after {after} are no longer kept."))
            }
            Error::Ahead(last) => Self::new(Code::ValidationError).fault(
                "after",
                "ahead",
                format!(
                    "The last event has the number {last}. Has the database been restored from a backup?"
                ),
            ),
            Error::Database(error) => error.into(),
            Error::Enqueue(error) => error.into(),
        }
    }
}

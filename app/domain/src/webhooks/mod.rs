//! Webhooks: addresses that are told what happens, by the
//! [Standard Webhooks](https://www.standardwebhooks.com) specification.
//!
//! An event is on its way if and only if it happened: `publish` writes a *delivery* for each
//! webhook that asked for it in the transaction of the event, and a job that sends it. What comes
//! of an attempt and the job of the next one are one transaction, too. Sending itself is outside of
//! any: a worker that dies between the two sends again, with the same `webhook-id`, which is the
//! event's id in the audit trail.

pub mod deliveries;
pub mod endpoints;
mod publish;
pub mod sender;
mod signature;

pub use deliveries::sql::LIST as DELIVERIES;
pub use deliveries::{
    ClearDeliveries, Deliver, SweepDeliveries, deliveries, delivery, resend, resend_in, send_test,
    send_test_in,
};
pub use endpoints::sql::LIST as WEBHOOKS;
pub use endpoints::{
    Created, Updated, count_failing, create, create_in, get, list, remove, remove_in, rotate_secret,
    rotate_secret_in, update, update_in,
};

use frontdesk_model::{Code, Fault, Problem, page::ForeignCursor, webhooks};

use crate::{
    Feature, OtherVersion,
    actor::Denied,
    db::{self, Sql},
    jobs::{self, Handler},
    problem::internal_error,
};

pub(crate) use deliveries::again::{receiver, restart_failed, restart_of_event};
pub(crate) use publish::{Bodies, dispatch, publish};
pub use sender::{OutgoingWebhook, Reply, RetryAfter, SendError, Sending, WebhookSender};

/// This feature and its lists.
pub const FEATURE: Feature = Feature {
    statements,
    lists: || vec![&WEBHOOKS, &DELIVERIES],
    jobs: &[
        Handler::recurring::<SweepDeliveries>(),
        Handler::of::<ClearDeliveries>(),
        Handler::of::<Deliver>(),
    ],
    ..Feature::new("webhooks")
};

/// Why something about webhooks was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Invalid(Problem),
    #[error("events cannot be sent there")]
    Address(#[from] SendError),
    #[error("there are as many webhooks as there may be")]
    Limit,
    #[error("there is no such webhook")]
    NoSuchWebhook,
    #[error("there is no such delivery")]
    NoSuchDelivery,
    #[error("somebody else has changed it meanwhile")]
    Changed(Vec<Fault>),
    #[error("not in this state: {0}")]
    WrongState(&'static str),
    #[error(transparent)]
    ForeignCursor(#[from] ForeignCursor),
    #[error(transparent)]
    OtherVersion(#[from] OtherVersion),
    #[error("the machine gives no randomness")]
    Randomness(#[from] getrandom::Error),
    #[error(transparent)]
    Enqueue(#[from] jobs::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied(denied) => denied.into(),
            Error::Invalid(problem) => problem,
            Error::Address(error) => {
                Self::new(Code::ValidationError).fault("url", "refused", error.to_string())
            }
            Error::Limit => Self::new(Code::WrongState)
                .detail(format!("{} webhooks are the most. Remove one first.", webhooks::MAX_WEBHOOKS)),
            Error::NoSuchWebhook | Error::NoSuchDelivery => Self::new(Code::NotFound),
            Error::Changed(faults) => Self {
                details: faults,
                ..Self::new(Code::EditConflict)
                    .detail("Look at what is there now, then save again if you still want your version.")
            },
            Error::WrongState(why) => Self::new(Code::WrongState).detail(why),
            Error::ForeignCursor(foreign) => foreign.into(),
            Error::OtherVersion(other) => other.into(),
            Error::Randomness(error) => internal_error(&error),
            Error::Enqueue(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

/// The statements of this feature.
fn statements() -> Vec<Sql> {
    let lists = [&WEBHOOKS, &DELIVERIES].into_iter().flat_map(|list| list.statements());
    [endpoints::sql::ALL, deliveries::sql::ALL].concat().into_iter().chain(lists).collect()
}

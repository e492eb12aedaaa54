//! Payments: money coming in.
//!
//! **Every payment is written before the gateway is called.** [`start()`] stores a pending payment
//! together with the job that charges it. The job calls the gateway outside any transaction, with the
//! payment's id as the idempotency key, and stores the result together with its own completion. A worker
//! that dies between the two calls again, and the gateway replays the first result.
//!
//! **An unclear result stays `unknown`** until the gateway says more: when it is polled, when one of its
//! events arrives, or when `processing::Reconcile` finds the payment without a job. `processing` applies
//! the gateway's result in one place, which locks the order and ends a payment once.

pub mod cancel;
pub mod get;
mod job;
pub mod list;
pub(crate) mod metrics;
pub mod poll;
pub(crate) mod sql;
pub mod start;

use frontdesk_model::{Code, Permission, Problem, UserId, page::ForeignCursor};
use uuid::Uuid;

use crate::{
    Context, Feature, OtherVersion,
    actor::{Actor, Denied},
    db::{self, Sql},
    events,
    gateway::{GatewayEventError, payments_are_off},
    jobs::{self, Handler},
    orders,
    problem::internal_error,
};

pub use cancel::{cancel, cancel_in};
pub use get::get;
pub use job::ProcessPayment;
pub(crate) use job::Why;
pub(crate) use list::{FILTERS, SORTS, allowed, walk};
pub use list::{LIST, list};
pub use poll::wait;
pub use start::{start, start_in};

/// This feature and its lists.
pub const FEATURE: Feature = Feature {
    statements,
    lists: || vec![&LIST],
    jobs: &[Handler::of::<ProcessPayment>()],
    ..Feature::new("payments")
};

/// Beyond how much, for all refunds of a payment together, somebody else has to approve the next one:
/// in major units of any currency; never if it is not given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApprovalAbove(pub Option<u32>);

/// Why something about payments was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Invalid(Problem),
    #[error("there is no such order")]
    NoSuchOrder,
    #[error("there is no such payment")]
    NoSuchPayment,
    #[error("there is no such refund")]
    NoSuchRefund,
    #[error("no payment gateway is configured")]
    PaymentsOff,
    #[error("the order is paid, or is being paid")]
    OrderPaid,
    #[error("this is more than is left to refund")]
    RefundExceeds,
    #[error("nobody approves what they asked for themselves")]
    SelfApproval,
    #[error("not in this state: {0}")]
    WrongState(&'static str),
    #[error("the notice is not believed")]
    GatewayEvent(#[from] GatewayEventError),
    #[error(transparent)]
    ForeignCursor(#[from] ForeignCursor),
    #[error(transparent)]
    OtherVersion(#[from] OtherVersion),
    #[error(transparent)]
    Events(#[from] events::Error),
    #[error(transparent)]
    Enqueue(#[from] jobs::Error),
    #[error(transparent)]
    Orders(#[from] orders::Error),
    #[error(transparent)]
    Database(#[from] db::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Denied(denied) => denied.into(),
            Error::Invalid(problem) => problem,
            Error::NoSuchOrder | Error::NoSuchPayment | Error::NoSuchRefund => Self::new(Code::NotFound),
            Error::PaymentsOff => Self::new(Code::PaymentsOff),
            Error::OrderPaid => Self::new(Code::OrderPaid),
            Error::RefundExceeds => Self::new(Code::RefundExceeds).fault(
                "amount",
                "exceeds",
                "This is more than is left to refund, with the refunds that are under way",
            ),
            Error::SelfApproval => Self::new(Code::SelfApproval),
            Error::WrongState(why) => Self::new(Code::WrongState).detail(why),
            Error::GatewayEvent(GatewayEventError::Unsigned) => Self::new(Code::GatewayEventUnsigned),
            Error::GatewayEvent(GatewayEventError::Forged) => Self::new(Code::GatewayEventForged),
            Error::GatewayEvent(GatewayEventError::Expired) => Self::new(Code::GatewayEventExpired),
            Error::GatewayEvent(GatewayEventError::Malformed) => Self::new(Code::MalformedRequest),
            Error::GatewayEvent(GatewayEventError::NotExpected) => Self::new(Code::NotFound),
            Error::ForeignCursor(foreign) => foreign.into(),
            Error::OtherVersion(other) => other.into(),
            Error::Events(error) => error.into(),
            Error::Enqueue(error) => match error {
                jobs::Error::Database(error) => error.into(),
                error => internal_error(&error),
            },
            Error::Orders(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

/// People may pay what is theirs; a token only with the permission, so that one without any only
/// reads.
fn allowed_for_oneself(actor: &Actor) -> Result<(), Error> {
    actor.require_through_token(Permission::PAYMENTS_CREATE)?;
    if actor.user().is_none() {
        actor.require(Permission::PAYMENTS_CREATE)?;
    }
    Ok(())
}

/// Refuses what needs a payment gateway while none is configured.
pub(crate) fn require_gateway(ctx: &Context) -> Result<(), Error> {
    if payments_are_off(ctx) { Err(Error::PaymentsOff) } else { Ok(()) }
}

/// Returns true if the actor may pay what this customer ordered. A refusal is logged.
pub(crate) fn may_pay(actor: &Actor, customer: UserId, object: (&'static str, Uuid)) -> bool {
    let may = actor.user() == Some(customer) || actor.may(Permission::PAYMENTS_CREATE);
    if !may {
        actor.log_refusal(Permission::PAYMENTS_CREATE.as_str(), object);
    }
    may
}

/// The statements of this feature.
fn statements() -> Vec<Sql> {
    sql::ALL.iter().copied().chain(LIST.statements()).collect()
}

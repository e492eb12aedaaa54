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

use frontdesk_model::{Code, Permission, Problem, page::ForeignCursor};

use crate::{
    actor::{Actor, Denied},
    db::{self, Sql},
    events, jobs, orders,
    problem::surprise,
};

pub use cancel::cancel;
pub use get::get;
pub use job::ProcessPayment;
pub(crate) use job::Why;
pub(crate) use list::{FILTERS, SORTS, allowed, walk};
pub use list::{LIST, list};
pub use poll::wait;
pub use start::start;

pub use crate::{
    gateway::{
        Asked, Charge, Charged, GatewayError, Known, METHODS, Notice, NoticeError, PaidBack, PayBack,
        PaymentGateway, Sandbox, SandboxMethod,
    },
    processing::{Attention, Reconcile, attention, confirm, gateway_event as notice, is_sandbox},
    refunds::{
        ProcessRefund as SettleRefund, approve, get as get_refund, list as list_refunds, reject, request,
        wait as wait_for_refund,
    },
    sample_data::orders::seed,
};
pub use {job::ProcessPayment as SettlePayment, start::start as pay};

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
    #[error("the order is paid, or is being paid")]
    OrderPaid,
    #[error("this is more than is left to refund")]
    RefundExceeds,
    #[error("nobody approves what they asked for themselves")]
    SelfApproval,
    #[error("not in this state: {0}")]
    WrongState(&'static str),
    #[error("the notice is not believed")]
    Notice(#[from] NoticeError),
    #[error(transparent)]
    ForeignCursor(#[from] ForeignCursor),
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
            Error::OrderPaid => Self::new(Code::OrderPaid),
            Error::RefundExceeds => Self::new(Code::RefundExceeds).fault(
                "amount",
                "exceeds",
                "This is more than is left to refund, with the refunds that are under way",
            ),
            Error::SelfApproval => Self::new(Code::SelfApproval),
            Error::WrongState(why) => Self::new(Code::WrongState).detail(why),
            Error::Notice(NoticeError::Unsigned) => Self::new(Code::NoticeUnsigned),
            Error::Notice(NoticeError::Forged) => Self::new(Code::NoticeForged),
            Error::Notice(NoticeError::Expired) => Self::new(Code::NoticeExpired),
            Error::Notice(NoticeError::Malformed) => Self::new(Code::MalformedRequest),
            Error::Notice(NoticeError::NotExpected) => Self::new(Code::NotFound),
            Error::ForeignCursor(foreign) => foreign.into(),
            Error::Events(error) => error.into(),
            Error::Enqueue(error) => match error {
                jobs::Error::Database(error) => error.into(),
                error => surprise(&error),
            },
            Error::Orders(error) => error.into(),
            Error::Database(error) => error.into(),
        }
    }
}

/// People may pay what is theirs; a token only with the permission, so that one without any only
/// reads.
fn allowed_for_oneself(actor: &Actor) -> Result<(), Error> {
    actor.require_through_token(Permission::PaymentsCreate)?;
    if actor.user().is_none() {
        actor.require(Permission::PaymentsCreate)?;
    }
    Ok(())
}

/// The statements of this feature.
pub fn statements() -> Vec<Sql> {
    sql::ALL.iter().copied().chain(LIST.statements()).collect()
}

//! Payments and refunds: money on its way in and out.
//!
//! **What is known is written before anything is asked.** [`pay()`] writes down that a payment is to be
//! charged, with the job that does it. The job asks the gateway outside of any transaction, with the
//! payment's id as its idempotency key, and writes down what was said together with the fact that it
//! is done. A worker that dies between the two asks again, and the gateway tells what came of the
//! first time.
//!
//! **What is not known stays `unknown`** until somebody tells: the gateway, asked again (`settle.rs`),
//! its notice ([`notice()`]), which only makes it be asked at once, or [`Reconcile`], which looks for
//! payments that nobody looks after. All of them end in one place, `outcome.rs`, which takes the
//! order's row and writes the end of a payment once.

mod gateway;
mod lists;
mod meter;
mod notice;
mod outcome;
mod pay;
mod reconcile;
mod refund_store;
mod refunds;
mod sandbox;
mod seed;
mod settle;
mod settle_refund;
mod store;
mod wait;

use frontdesk_model::{Code, Problem, page::ForeignCursor};
pub use gateway::{
    Asked, Charge, Charged, GatewayError, Known, Notice, NoticeError, PaidBack, PayBack, PaymentGateway,
};
pub use lists::{get, get_refund, list, list_refunds, list_statements};
pub use notice::notice;
pub use pay::{cancel, pay};
pub use reconcile::{Attention, Reconcile, attention};
pub use refunds::{approve, reject, request};
pub use sandbox::{METHODS, Sandbox, SandboxMethod, confirm, is_sandbox};
pub use seed::seed;
pub use settle::SettlePayment;
pub use settle_refund::SettleRefund;
pub use wait::{wait, wait_for_refund};

use crate::{
    actor::Denied,
    db::{self, Sql},
    events, jobs, orders,
    problem::surprise,
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

/// Every statement of this room.
pub fn statements() -> Vec<Sql> {
    [store::ALL, refund_store::ALL, reconcile::ALL, sandbox::STATEMENTS, seed::ALL]
        .concat()
        .into_iter()
        .chain(list_statements())
        .collect()
}

//! The payment gateway port, and the sandbox gateway that is built in.

pub mod sandbox;

use std::pin::Pin;

use frontdesk_model::{Money, PaymentFailure, PaymentId, RefundId, Timestamp};

/// What is to be charged. The payment's id is the idempotency key: asked again, a gateway tells what
/// came of the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    pub payment: PaymentId,
    pub amount: Money,
    /// The gateway's token for the card, or whatever is charged.
    pub method: String,
    /// What is paid, for the customer's statement: the order's reference.
    pub description: String,
    /// Where the customer comes back to after confirming.
    pub return_url: String,
}

/// A payment that a gateway may know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub payment: PaymentId,
    pub amount: Money,
    pub method: String,
    /// What the gateway calls it, if it has said so.
    pub reference: Option<String>,
    /// Before this it was not asked.
    pub since: Timestamp,
}

/// What a gateway says about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Charged {
    /// The money is captured, so much of it.
    Succeeded { reference: String, captured: Money },
    /// It is over, and nothing was captured.
    Failed { reference: Option<String>, failure: PaymentFailure },
    /// The customer has to confirm it there.
    ConfirmationRequired { reference: String, url: String },
    /// It is not decided yet.
    Processing { reference: String },
    /// The gateway knows nothing of such a payment.
    Absent,
}

/// What is to be paid back. The refund's id is the idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayBack {
    pub refund: RefundId,
    pub amount: Money,
    pub payment: PaymentId,
    /// What the gateway calls the payment.
    pub reference: String,
    /// What it calls the refund, if it has said so.
    pub known: Option<String>,
    /// Before this it was not asked.
    pub since: Timestamp,
}

/// What a gateway says about a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaidBack {
    Succeeded {
        reference: String,
    },
    /// It is over, and nothing went back, for a reason that staff read.
    Failed {
        why: String,
    },
    /// It is not decided yet.
    Processing {
        reference: String,
    },
    /// The gateway knows nothing of such a refund.
    Absent,
}

/// Why a gateway said nothing of use. The words are for staff, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// It is certain that nothing was done: it could not be reached, or said that it is too busy.
    #[error("nothing was done: {0}")]
    NotDone(String),
    /// It may have been done: the answer was lost, or makes no sense.
    #[error("no answer: {0}")]
    Unknown(String),
    /// It does not know us: a key is wrong or lacks a right. Nothing was done, and staff have to act.
    #[error("the gateway does not let us in: {0}")]
    Misconfigured(String),
}

/// Which payment a notice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub payment: PaymentId,
    /// What the gateway calls it.
    pub reference: Option<String>,
    /// What the notice calls itself, for the log.
    pub kind: String,
}

/// Why a notice is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    #[error("it has no signature that could be read")]
    Unsigned,
    #[error("the signature is wrong")]
    Forged,
    #[error("it was signed too long ago")]
    Expired,
    #[error("it cannot be read")]
    Malformed,
    #[error("this gateway sends no notices, or its secret is not configured")]
    NotExpected,
}

pub use sandbox::{METHODS, Sandbox, SandboxMethod};

/// An answer that is still to come.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, GatewayError>> + Send + 'a>>;

/// Moves money. Each call takes bounded time.
pub trait PaymentGateway: Send + Sync + 'static {
    /// What it is called in the database: `stripe`.
    fn name(&self) -> &'static str;

    /// For how long it remembers an idempotency key, in seconds. Beyond that, asking again would
    /// charge again.
    fn remembers(&self) -> i64;

    fn charge(&self, charge: Charge) -> Asked<'_, Charged>;

    /// What became of a payment, without doing anything.
    fn look_up(&self, known: Known) -> Asked<'_, Charged>;

    /// Ends a payment that waits for its confirmation, and tells how it really ended.
    fn cancel(&self, known: Known) -> Asked<'_, Charged>;

    fn refund(&self, refund: PayBack) -> Asked<'_, PaidBack>;

    /// What became of a refund, without doing anything.
    fn look_up_refund(&self, refund: PayBack) -> Asked<'_, PaidBack>;

    /// Reads what the gateway has sent by itself. `None` if it is nothing that matters here.
    ///
    /// # Errors
    /// [`NoticeError`], before anything of it is believed.
    fn read_notice(
        &self,
        signature: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Option<Notice>, NoticeError>;
}

/// The statements of the sandbox gateway.
pub fn statements() -> Vec<crate::db::Sql> {
    sandbox::STATEMENTS.to_vec()
}

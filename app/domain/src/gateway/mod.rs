//! The payment gateway port, and the built-in sandbox gateway.

mod off;
pub mod sandbox;

use std::{pin::Pin, sync::Arc};

use frontdesk_model::{Money, PaymentFailure, PaymentId, RefundId, Timestamp};

use crate::Feature;

/// A charge request. The payment's id is the idempotency key: a repeated request returns the result of
/// the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    pub payment: PaymentId,
    pub amount: Money,
    /// The gateway's token for the payment method.
    pub method: String,
    /// Text on the customer's statement: the order's reference.
    pub description: String,
    /// URL for the customer's return after confirming.
    pub return_url: String,
}

/// A payment that the gateway may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPayment {
    pub payment: PaymentId,
    pub amount: Money,
    pub method: String,
    /// The gateway's id of it, if known.
    pub reference: Option<String>,
    /// Time of the first request to charge.
    pub since: Timestamp,
}

/// A gateway's answer about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeResult {
    /// Captured, with the amount.
    Succeeded { reference: String, captured: Money },
    /// Ended without a capture.
    Failed { reference: Option<String>, failure: PaymentFailure },
    /// The customer must confirm at the gateway.
    ConfirmationRequired { reference: String, url: String },
    /// Not decided yet.
    Processing { reference: String },
    /// The gateway has no such payment.
    Absent,
}

/// A refund request. The refund's id is the idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayRefund {
    pub refund: RefundId,
    pub amount: Money,
    pub payment: PaymentId,
    /// The gateway's id of the payment.
    pub reference: String,
    /// The gateway's id of the refund, if known.
    pub known: Option<String>,
    /// Time of the first request to charge.
    pub since: Timestamp,
}

/// A gateway's answer about a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundResult {
    Succeeded {
        reference: String,
    },
    /// Ended without a refund, for a reason that staff read.
    Failed {
        why: String,
    },
    /// Not decided yet.
    Processing {
        reference: String,
    },
    /// The gateway has no such refund.
    Absent,
}

/// A failed call of a gateway. The texts are for staff, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// Nothing was done, certainly: the gateway was not reached, or is too busy.
    #[error("nothing was done: {0}")]
    NotDone(String),
    /// The request may have been carried out: the answer was lost or is invalid.
    #[error("no answer: {0}")]
    Unknown(String),
    /// The gateway rejects our key: it is wrong or lacks a permission. Nothing was done, and staff have
    /// to act.
    #[error("the gateway does not let us in: {0}")]
    Misconfigured(String),
}

/// A gateway event, reduced to the payment it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayEvent {
    pub payment: PaymentId,
    /// The gateway's id of the payment.
    pub reference: Option<String>,
    /// The event's type, for the log.
    pub kind: String,
}

/// Reasons to refuse a gateway event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayEventError {
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

pub use off::{NoGateway, payments_are_off};
pub use sandbox::{METHODS, Sandbox, SandboxMethod};

/// This feature and its lists.
pub const FEATURE: Feature = Feature { statements, ..Feature::new("gateway") };

/// The configured payment gateway.
#[derive(Clone, Default)]
pub enum GatewayChoice {
    /// The built-in one, which moves no money.
    #[default]
    Sandbox,
    /// None: payments are off.
    Off,
    /// Another system.
    External(Arc<dyn PaymentGateway>),
}

/// Future of an answer.
pub type GatewayCall<'a, T> = Pin<Box<dyn Future<Output = Result<T, GatewayError>> + Send + 'a>>;

/// The payment gateway. Each call takes bounded time.
pub trait PaymentGateway: Send + Sync + 'static {
    /// Name in the database: `stripe`.
    fn name(&self) -> &'static str;

    /// Time for which it remembers an idempotency key, in seconds. A repeated request after that would
    /// charge again.
    fn remembers(&self) -> i64;

    fn charge(&self, charge: Charge) -> GatewayCall<'_, ChargeResult>;

    /// Looks a payment up, without side effects.
    fn look_up(&self, known: KnownPayment) -> GatewayCall<'_, ChargeResult>;

    /// Cancels a payment that waits for confirmation, and returns its final result.
    fn cancel(&self, known: KnownPayment) -> GatewayCall<'_, ChargeResult>;

    fn refund(&self, refund: GatewayRefund) -> GatewayCall<'_, RefundResult>;

    /// Looks a refund up, without side effects.
    fn look_up_refund(&self, refund: GatewayRefund) -> GatewayCall<'_, RefundResult>;

    /// Verifies and parses a gateway event. `None` if it is of no interest here.
    ///
    /// # Errors
    /// [`GatewayEventError`], before any of its contents are used.
    fn read_event(
        &self,
        signature: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Option<GatewayEvent>, GatewayEventError>;
}

/// The statements of this feature.
fn statements() -> Vec<crate::db::Sql> {
    sandbox::STATEMENTS.to_vec()
}

//! Forms that request, approve and reject refunds.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::{
    Amount, PaymentId, RefundId, TypedAmount,
    form::{check_reason, present},
};

/// Gives money back, all that is left or part of it.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestRefund {
    pub payment_id: PaymentId,
    /// In the payment's currency; all that is left if it is not given.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    pub amount: Option<Amount>,
    #[serde(default)]
    #[validate(custom(function = "check_reason"))]
    /// Why; the audit trail keeps it.
    #[schema(required = true, min_length = 1, max_length = 500, pattern = r"\S", example = "Arrived broken")]
    pub reason: String,
}

/// [`RequestRefund`] as a page sends it: the amount is text, as people type it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestRefundOnPage {
    pub payment_id: PaymentId,
    pub amount: Option<TypedAmount>,
    #[serde(default)]
    pub reason: String,
}

impl From<RequestRefundOnPage> for RequestRefund {
    fn from(form: RequestRefundOnPage) -> Self {
        let RequestRefundOnPage { payment_id, amount, reason } = form;
        Self { payment_id, amount: amount.map(Amount::from), reason }
    }
}

/// Input of a look-up of one refund, and of its approval.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneRefund {
    pub id: RefundId,
}

/// Rejects a refund that needs approval.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectRefund {
    pub id: RefundId,
    #[serde(default)]
    #[validate(custom(function = "check_reason"))]
    /// Why; the audit trail keeps it.
    #[schema(
        required = true,
        min_length = 1,
        max_length = 500,
        pattern = r"\S",
        example = "It was not broken"
    )]
    pub reason: String,
}

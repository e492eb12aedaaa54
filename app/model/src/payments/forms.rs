//! Forms that pay an order.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::check_method;
use crate::{OrderId, PaymentId};

/// Pays an order, all of it.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayOrder {
    pub order_id: OrderId,
    /// The gateway's token for the card or whatever it is. Never the number of a card.
    #[serde(default)]
    #[validate(custom(function = "check_method"))]
    #[schema(
        required = true,
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$",
        example = "pm_card_ok"
    )]
    pub method: String,
}

/// Input of a look-up of one payment, and of its cancellation while it waits for confirmation.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnePayment {
    pub id: PaymentId,
}

/// Answers the sandbox's confirmation page, which stands in for the bank's.
#[derive(Clone, Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct ConfirmSandbox {
    pub id: PaymentId,
    /// Sent as `yes` or `no`.
    #[serde(rename = "answer", deserialize_with = "yes_or_no")]
    pub confirms: bool,
}

fn yes_or_no<'de, D: serde::Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    match String::deserialize(from)?.as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(serde::de::Error::custom("must be yes or no")),
    }
}

//! Errors of Stripe, and their meaning for a payment.

use frontdesk_domain::gateway::GatewayError;
use frontdesk_model::{
    Money,
    payments::{DeclineReason, PaymentFailure},
};
use serde::Deserialize;
use serde_json::Value;

use super::wire::id_in;

/// The longest message that is kept, in characters.
const MAX_MESSAGE: usize = 300;

/// The body of an error response.
#[derive(Deserialize)]
pub(super) struct Body {
    error: Refusal,
}

/// The reason of a refusal. The last error of a PaymentIntent has the same format.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Refusal {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    decline_code: Option<String>,
    message: Option<String>,
    param: Option<String>,
    charge: Option<Value>,
    payment_intent: Option<Value>,
}

/// Classifies an error response: a definite refusal, after which nothing was done, or an error.
pub(super) fn classify(status: u16, body: &[u8]) -> Result<Refusal, GatewayError> {
    let said: Option<Refusal> = serde_json::from_slice(body).ok().map(|Body { error }| error);
    let code = said.as_ref().and_then(|said| said.code.as_deref());
    let kind = said.as_ref().and_then(|said| said.kind.as_deref());
    let words = || said.as_ref().map_or_else(|| format!("it answered {status}"), Refusal::message);
    match (status, kind) {
        // The message of Stripe contains a part of the key.
        (401, _) => Err(GatewayError::Misconfigured("it does not accept the key".to_owned())),
        (403, _) => Err(GatewayError::Misconfigured(words())),
        (429, _) => Err(GatewayError::NotDone(words())),
        (409, _) if code == Some("lock_timeout") => Err(GatewayError::NotDone(words())),
        // Another request with the same key is in progress, and may succeed.
        (409, _) => Err(GatewayError::Unknown(words())),
        // The key was used for a different request: its result is unknown.
        (400..=499, Some("idempotency_error" | "api_error")) => Err(GatewayError::Unknown(words())),
        (400 | 402 | 404, Some(_)) => {
            said.ok_or_else(|| GatewayError::Unknown(format!("it answered {status}")))
        }
        _ => Err(GatewayError::Unknown(words())),
    }
}

impl Refusal {
    /// Returns the message, for staff.
    pub(super) fn message(&self) -> String {
        let message = self.message.as_deref().or(self.code.as_deref()).unwrap_or("it did not say why");
        message.chars().filter(|c| !c.is_control()).take(MAX_MESSAGE).collect()
    }

    /// Returns the reference of the payment.
    pub(super) fn reference(&self) -> Option<String> {
        let name = |value: &Option<Value>| value.as_ref().and_then(id_in).map(ToOwned::to_owned);
        name(&self.payment_intent).or_else(|| name(&self.charge))
    }

    /// Returns true if the requested object does not exist.
    pub(super) fn is_missing(&self) -> bool {
        self.code.as_deref() == Some("resource_missing")
    }

    /// Returns the failure of a payment of this amount.
    pub(super) fn failure(&self, required: Money) -> PaymentFailure {
        // Servers that are not Stripe itself omit one or the other.
        let is_declined = self.kind.as_deref() == Some("card_error")
            || self.decline_code.is_some()
            || matches!(
                self.code.as_deref(),
                Some("card_declined" | "payment_intent_authentication_failure")
            );
        if is_declined {
            return decline(self.decline_code.as_deref(), self.code.as_deref(), required);
        }
        if self.is_about_the_method() {
            return PaymentFailure::MethodInvalid;
        }
        PaymentFailure::Refused { message: self.message() }
    }

    fn is_about_the_method(&self) -> bool {
        let param = self.param.as_deref().unwrap_or_default();
        let code = self.code.as_deref().unwrap_or_default();
        matches!(param, "payment_method" | "source" | "card")
            || code.starts_with("payment_method_")
            || matches!(code, "token_already_used" | "token_in_use" | "invalid_source_usage")
    }
}

/// Returns the reason that a bank declined a card: from its own code, or from that of Stripe.
pub(super) fn decline(decline_code: Option<&str>, code: Option<&str>, required: Money) -> PaymentFailure {
    let is_short = |code: &str| code == "insufficient_funds";
    if decline_code.is_some_and(is_short) || code.is_some_and(is_short) {
        return PaymentFailure::InsufficientFunds { available: None, required };
    }
    let known = decline_code.and_then(reason).or_else(|| code.and_then(reason));
    PaymentFailure::CardDeclined { reason: known.unwrap_or(DeclineReason::Generic) }
}

fn reason(code: &str) -> Option<DeclineReason> {
    Some(match code {
        "expired_card" | "invalid_expiry_month" | "invalid_expiry_year" => DeclineReason::Expired,
        "incorrect_cvc" | "invalid_cvc" => DeclineReason::IncorrectCvc,
        "incorrect_number" | "invalid_number" | "invalid_account" | "new_account_information_available" => {
            DeclineReason::IncorrectNumber
        }
        "card_decline_rate_limit_exceeded"
        | "card_velocity_exceeded"
        | "withdrawal_count_limit_exceeded"
        | "pin_try_exceeded" => DeclineReason::LimitExceeded,
        "lost_card" | "stolen_card" | "pickup_card" | "restricted_card" => DeclineReason::LostOrStolen,
        "fraudulent" | "merchant_blacklist" | "security_violation" | "highest_risk_level" => {
            DeclineReason::Fraud
        }
        "card_not_supported"
        | "currency_not_supported"
        | "not_permitted"
        | "service_not_allowed"
        | "transaction_not_allowed" => DeclineReason::NotSupported,
        "authentication_required"
        | "authentication_not_handled"
        | "incorrect_pin"
        | "invalid_pin"
        | "mobile_device_authentication_required"
        | "offline_pin_required"
        | "online_or_offline_pin_required"
        | "payment_intent_authentication_failure" => DeclineReason::AuthenticationFailed,
        "issuer_not_available" | "processing_error" | "reenter_transaction" | "try_again_later" => {
            DeclineReason::ProcessingError
        }
        _ => return None,
    })
}

//! Stripe's objects, as far as they are read here, and their meaning.

use std::collections::HashMap;

use frontdesk_domain::gateway::{ChargeResult, GatewayError, RefundResult};
use frontdesk_model::{Money, payments::PaymentFailure};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    amounts,
    errors::{Refusal, decline},
};

type Metadata = Option<HashMap<String, String>>;

/// A payment of either API.
#[derive(Deserialize)]
#[serde(tag = "object")]
pub(super) enum Found {
    #[serde(rename = "payment_intent")]
    Intent(Box<Intent>),
    #[serde(rename = "charge")]
    Charge(Box<Single>),
}

#[derive(Deserialize)]
pub(super) struct Intent {
    id: String,
    status: String,
    amount: i64,
    amount_received: Option<i64>,
    currency: String,
    metadata: Metadata,
    next_action: Option<Value>,
    last_payment_error: Option<Refusal>,
}

/// A charge of the older API.
#[derive(Deserialize)]
pub(super) struct Single {
    id: String,
    status: String,
    amount: i64,
    amount_captured: Option<i64>,
    #[serde(default)]
    captured: bool,
    currency: String,
    metadata: Metadata,
    failure_code: Option<String>,
    outcome: Option<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    reason: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) created: i64,
    status: Option<String>,
    amount: i64,
    currency: String,
    metadata: Metadata,
    failure_reason: Option<String>,
}

/// A page of a list.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// An item of a list.
pub(super) trait Listed: DeserializeOwned {
    fn id(&self) -> &str;
}

impl Listed for Found {
    fn id(&self) -> &str {
        match self {
            Self::Intent(intent) => &intent.id,
            Self::Charge(charge) => &charge.id,
        }
    }
}

impl Listed for Refund {
    fn id(&self) -> &str {
        &self.id
    }
}

/// Returns true if the text is safe as a segment of a path, as references of Stripe are.
pub(super) fn is_reference(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Returns the parameter for this kind of reference.
pub(super) fn kind_of(reference: &str) -> &'static str {
    if reference.starts_with("pi_") { "payment_intent" } else { "charge" }
}

pub(super) fn path_of(reference: &str) -> String {
    format!("/v1/{}s/{reference}", kind_of(reference))
}

/// Returns the id of an object that is expanded or referenced by its id.
pub(super) fn id_in(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("id")?.as_str())
}

impl Found {
    pub(super) fn path(&self) -> String {
        path_of(self.id())
    }

    fn name(&self) -> Option<&str> {
        let metadata = match self {
            Self::Intent(intent) => &intent.metadata,
            Self::Charge(charge) => &charge.metadata,
        };
        metadata.as_ref()?.get("frontdesk_payment").map(String::as_str)
    }

    /// Returns true if its metadata names this payment.
    pub(super) fn is_named(&self, payment: &str) -> bool {
        self.name() == Some(payment)
    }

    /// Returns true unless its metadata names another payment.
    pub(super) fn is_about(&self, payment: &str) -> bool {
        self.name().is_none_or(|name| name == payment)
    }

    /// Returns true if it can still be cancelled.
    pub(super) fn can_be_cancelled(&self) -> bool {
        match self {
            Self::Intent(intent) => matches!(
                intent.status.as_str(),
                "requires_action" | "requires_confirmation" | "requires_capture"
            ),
            Self::Charge(_) => false,
        }
    }

    /// Returns the state of the payment of this amount.
    pub(super) fn charged(self, asked: Money) -> Result<ChargeResult, GatewayError> {
        match self {
            Self::Intent(intent) => intent.charged(asked),
            Self::Charge(charge) => charge.charged(asked),
        }
    }
}

impl Intent {
    fn charged(self, asked: Money) -> Result<ChargeResult, GatewayError> {
        let reference = self.id;
        match self.status.as_str() {
            "succeeded" => captured(self.amount_received.unwrap_or(self.amount), &self.currency, reference),
            "requires_action" => Ok(match self.next_action.as_ref().and_then(link) {
                Some(url) => ChargeResult::ConfirmationRequired { reference, url },
                None => {
                    tracing::warn!(reference, "to be confirmed, but there is no link to do so");
                    ChargeResult::Processing { reference }
                }
            }),
            // It is never captured or confirmed by itself: staff see that it is stuck, and can cancel it
            // at Stripe.
            "processing" | "requires_capture" | "requires_confirmation" => {
                Ok(ChargeResult::Processing { reference })
            }
            // The attempt failed. Another one needs the client secret, which is not used here.
            "requires_payment_method" => {
                let error = self.last_payment_error;
                let failure = error.map_or(PaymentFailure::NotConfirmed, |error| error.failure(asked));
                Ok(ChargeResult::Failed { reference: Some(reference), failure })
            }
            "canceled" => {
                Ok(ChargeResult::Failed { reference: Some(reference), failure: PaymentFailure::NotConfirmed })
            }
            other => Err(unknown_status(other)),
        }
    }
}

impl Single {
    fn charged(self, asked: Money) -> Result<ChargeResult, GatewayError> {
        let reference = self.id;
        match self.status.as_str() {
            "succeeded" if self.captured => {
                captured(self.amount_captured.unwrap_or(self.amount), &self.currency, reference)
            }
            "succeeded" | "pending" => Ok(ChargeResult::Processing { reference }),
            "failed" => {
                let reason = self.outcome.and_then(|outcome| outcome.reason);
                let failure = decline(reason.as_deref(), self.failure_code.as_deref(), asked);
                Ok(ChargeResult::Failed { reference: Some(reference), failure })
            }
            other => Err(unknown_status(other)),
        }
    }
}

impl Refund {
    /// Returns the id of our refund in its metadata.
    pub(super) fn name(&self) -> Option<&str> {
        // Stripe always returns metadata; if it is empty, the refund was not created by us.
        let metadata = self.metadata.as_ref()?;
        Some(metadata.get("frontdesk_refund").map_or("", String::as_str))
    }

    /// Returns the amount, if it is in the currency of `like`.
    pub(super) fn amount(&self, like: Money) -> Option<Money> {
        amounts::from_stripe(self.amount, &self.currency).filter(|amount| amount.currency == like.currency)
    }

    pub(super) fn paid_back(self) -> Result<RefundResult, GatewayError> {
        match self.status.as_deref() {
            Some("succeeded") => Ok(RefundResult::Succeeded { reference: self.id }),
            Some("pending" | "requires_action") => Ok(RefundResult::Processing { reference: self.id }),
            Some(status @ ("failed" | "canceled")) => {
                let why = self.failure_reason.unwrap_or_else(|| status.to_owned());
                Ok(RefundResult::Failed { why: format!("Stripe says: {}", why.replace('_', " ")) })
            }
            other => Err(unknown_status(other.unwrap_or("nothing"))),
        }
    }
}

fn captured(amount: i64, currency: &str, reference: String) -> Result<ChargeResult, GatewayError> {
    match amounts::from_stripe(amount, currency) {
        Some(captured) => Ok(ChargeResult::Succeeded { reference, captured }),
        None => Err(GatewayError::Unknown("it captured an amount that is none".to_owned())),
    }
}

fn unknown_status(status: &str) -> GatewayError {
    GatewayError::Unknown(format!("it answered with a status that is not known: {status}"))
}

/// Returns the URL for the confirmation: of the bank, of a page of Stripe that redirects there, or of a page
/// with instructions.
fn link(next_action: &Value) -> Option<String> {
    let at = |place| next_action.pointer(place).and_then(Value::as_str).filter(|url| is_link(url));
    let hosted = || {
        let parts = next_action.as_object()?.values().filter_map(Value::as_object).flatten();
        let mut urls = parts.filter(|(name, _)| name.starts_with("hosted_") && name.ends_with("_url"));
        urls.find_map(|(_, url)| url.as_str().filter(|url| is_link(url)))
    };
    let url = at("/redirect_to_url/url").or_else(|| at("/use_stripe_sdk/stripe_js")).or_else(hosted);
    url.map(ToOwned::to_owned)
}

fn is_link(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

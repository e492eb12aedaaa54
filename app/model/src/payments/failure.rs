//! Reasons for which a payment fails.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr,
        schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type},
    },
};

use crate::{
    Code, Money, Problem,
    schema::{open, schemas},
};

macro_rules! reasons {
    ($($name:ident = $text:literal, $words:literal;)*) => {
        /// Why a bank did not let a card be charged, as far as it says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum DeclineReason { $(#[doc = $words] $name,)* }

        impl DeclineReason {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Advice for the payer.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

// The reason for a suspicion is not shown to the card holder: lost and stolen cards, and suspected fraud,
// have the words of a plain decline.
reasons! {
    Generic = "generic", "The bank did not allow the payment. Ask the bank, or pay another way.";
    Expired = "expired", "The card has expired. Pay with another one.";
    IncorrectCvc = "incorrect_cvc", "The security code of the card was not right. Check it and try again.";
    IncorrectNumber = "incorrect_number", "The number of the card was not right. Check it and try again.";
    LimitExceeded = "limit_exceeded", "The card’s limit is reached. Pay with another one, or ask the bank.";
    LostOrStolen = "lost_or_stolen", "The bank did not allow the payment. Ask the bank, or pay another way.";
    Fraud = "fraud", "The bank did not allow the payment. Ask the bank, or pay another way.";
    NotSupported = "not_supported", "This card cannot be used for this payment. Pay with another one.";
    AuthenticationFailed = "authentication_failed", "The payment was not confirmed at the bank. Try again, and confirm it there.";
    ProcessingError = "processing_error", "The bank could not do it just now. Try again in a few minutes.";
}

/// Why a payment did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PaymentFailure {
    /// The bank does not let the card be charged.
    CardDeclined { reason: DeclineReason },
    /// There is not enough money. How much there is the bank seldom tells.
    InsufficientFunds { available: Option<Money>, required: Money },
    /// The gateway could not be reached, or never came to an end. Nothing was charged.
    NetworkError { retryable: bool },
    /// There is no such payment method, or it cannot be used any more.
    MethodInvalid,
    /// The gateway does not take this payment: the amount, the currency, the merchant's account.
    Refused {
        /// What the gateway says, for staff; empty for the customer.
        message: String,
    },
    /// Nobody confirmed it in time, or whoever was to confirm it called it off.
    NotConfirmed,
}

impl PaymentFailure {
    /// Name in JSON and in metrics: `card_declined`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::CardDeclined { .. } => "card_declined",
            Self::InsufficientFunds { .. } => "insufficient_funds",
            Self::NetworkError { .. } => "network_error",
            Self::MethodInvalid => "method_invalid",
            Self::Refused { .. } => "refused",
            Self::NotConfirmed => "not_confirmed",
        }
    }

    /// The failure as the customer may see it: without the gateway's message to staff and without a
    /// suspicion about the card.
    #[must_use]
    pub fn for_customer(self) -> Self {
        match self {
            Self::CardDeclined { reason: DeclineReason::LostOrStolen | DeclineReason::Fraud } => {
                Self::CardDeclined { reason: DeclineReason::Generic }
            }
            Self::Refused { .. } => Self::Refused { message: String::new() },
            other => other,
        }
    }

    pub const fn code(&self) -> Code {
        match self {
            Self::CardDeclined { .. } => Code::CardDeclined,
            Self::InsufficientFunds { .. } => Code::InsufficientFunds,
            Self::NetworkError { .. } => Code::GatewayUnreachable,
            Self::MethodInvalid => Code::PaymentMethodInvalid,
            Self::Refused { .. } => Code::PaymentRefused,
            Self::NotConfirmed => Code::PaymentNotConfirmed,
        }
    }

    /// Sentence for the payer: the failure, and what to do.
    pub fn sentence(&self) -> String {
        match self {
            Self::CardDeclined { reason } => reason.words().to_owned(),
            Self::InsufficientFunds { available: Some(available), required } => format!(
                "There is not enough money on the card: {required} are needed, and {available} are there. Pay another way."
            ),
            Self::InsufficientFunds { available: None, required } => {
                format!("There is not enough money on the card for {required}. Pay another way.")
            }
            Self::NetworkError { retryable: true } => {
                "The payment provider could not be reached. Nothing was charged. Try again in a few minutes."
                    .to_owned()
            }
            Self::NetworkError { retryable: false } => {
                "The payment provider never came to an end with it. Nothing was charged. Try again, or ask us."
                    .to_owned()
            }
            Self::MethodInvalid => {
                "This payment method is not known or cannot be used any more. Use another one.".to_owned()
            }
            Self::Refused { .. } => "This payment is not possible. Ask us, or pay another way.".to_owned(),
            Self::NotConfirmed => "The payment was not confirmed. Nothing was charged. Try again.".to_owned(),
        }
    }
}

impl From<&PaymentFailure> for Problem {
    fn from(failure: &PaymentFailure) -> Self {
        Self::new(failure.code()).detail(failure.sentence())
    }
}

/// The values of `type`.
const KINDS: [&str; 6] =
    ["card_declined", "insufficient_funds", "network_error", "method_invalid", "refused", "not_confirmed"];

schemas! {
    DeclineReason = open(DeclineReason::ALL.iter().map(|one| one.as_str()), "expired")
        .description(Some("Why a bank did not let a card be charged, as far as it says."));
}

/// One object with optional members, and no union of the kinds: a client of an earlier version reads a new kind.
impl PartialSchema for PaymentFailure {
    fn schema() -> RefOr<Schema> {
        let plain = |kind, about: &str| {
            ObjectBuilder::new().schema_type(SchemaType::Type(kind)).description(Some(about))
        };
        let money = || Ref::from_schema_name(Money::name());
        let available = OneOfBuilder::new()
            .item(ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null)))
            .item(money())
            .description(Some("With `insufficient_funds`: how much there is, where the bank tells it."));
        let retryable = "With `network_error`: whether another try makes sense.";
        let message = "With `refused`: what the gateway says, for staff; empty for the customer.";
        ObjectBuilder::new()
            .description(Some("Why a payment did not succeed. The members depend on `type`."))
            .property("type", open(KINDS, "card_declined").description(Some("What kind of failure it is.")))
            .required("type")
            .property("reason", Ref::from_schema_name(DeclineReason::name()))
            .property("available", available)
            .property("required", money())
            .property("retryable", plain(Type::Boolean, retryable))
            .property("message", plain(Type::String, message))
            .examples([json!({"type": "card_declined", "reason": "expired"})])
            .into()
    }
}

impl ToSchema for PaymentFailure {
    fn schemas(parts: &mut Vec<(String, RefOr<Schema>)>) {
        parts.extend([
            (DeclineReason::name().into_owned(), DeclineReason::schema()),
            (Money::name().into_owned(), Money::schema()),
        ]);
        Money::schemas(parts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    #[test]
    fn every_failure_has_a_problem_of_its_own_and_a_sentence() {
        let required = Money::new(1_250, Currency::EUR);
        let failures = [
            PaymentFailure::CardDeclined { reason: DeclineReason::Expired },
            PaymentFailure::InsufficientFunds { available: Some(Money::new(300, Currency::EUR)), required },
            PaymentFailure::NetworkError { retryable: true },
            PaymentFailure::MethodInvalid,
            PaymentFailure::Refused { message: "No".to_owned() },
            PaymentFailure::NotConfirmed,
        ];
        let codes: std::collections::HashSet<_> = failures.iter().map(PaymentFailure::code).collect();
        assert_eq!(codes.len(), failures.len());
        for failure in &failures {
            assert!(failure.sentence().ends_with('.'), "{failure:?}");
            let json = serde_json::to_string(failure).unwrap();
            assert_eq!(serde_json::from_str::<PaymentFailure>(&json).unwrap(), *failure);
            assert!(json.contains(&format!("\"type\":\"{}\"", failure.kind())));
            assert!(KINDS.contains(&failure.kind()));
        }
    }
}

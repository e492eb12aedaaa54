//! Payments: attempts to pay an order, and their results.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use validator::ValidationError;

use crate::{Code, Money, OrderId, PaymentId, Problem, Timestamp, email::fault, order::Customer};

/// Maximum length of a payment method's token, in bytes.
pub const MAX_METHOD: usize = 255;

/// Where a payment stands. [`PaymentState::may_become`] is the table of what can follow what; the
/// database has the same one.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PaymentState {
    /// Recorded; the gateway has not answered yet.
    Pending,
    /// The gateway was called and the result is not known. It is called again until it is.
    Unknown,
    /// The customer must confirm it at their bank.
    ConfirmationRequired,
    /// Captured.
    Succeeded,
    /// Nothing was captured, and nothing will be.
    Failed,
}

impl PaymentState {
    /// All values, in the order of their definition.
    pub const ALL: &[Self] = Self::VARIANTS;

    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Label on pages.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Pending => "under way",
            Self::Unknown => "being checked",
            Self::ConfirmationRequired => "to be confirmed",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    /// Returns true if `next` is an allowed next state. A payment that failed because its answer was lost
    /// can still succeed; all other results are final.
    pub const fn may_become(self, next: Self) -> bool {
        use PaymentState::{ConfirmationRequired, Failed, Pending, Succeeded, Unknown};
        matches!(
            (self, next),
            (Pending, Unknown | ConfirmationRequired | Succeeded | Failed)
                | (Unknown, ConfirmationRequired | Succeeded | Failed)
                | (ConfirmationRequired, Unknown | Succeeded | Failed)
                | (Failed, Succeeded)
        )
    }

    /// Returns true while only the gateway's answer is missing.
    pub const fn awaits_gateway(self) -> bool {
        matches!(self, Self::Pending | Self::Unknown)
    }

    /// Returns true until the result is known.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Unknown | Self::ConfirmationRequired)
    }
}

impl std::fmt::Display for PaymentState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! reasons {
    ($($name:ident = $text:literal, $words:literal;)*) => {
        /// Why a bank did not let a card be charged, as far as it says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
        #[schema(example = "Amount must be at least 50 cents")]
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

/// A payment, as a row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentSummary {
    pub id: PaymentId,
    pub order: OrderOf,
    pub customer: Customer,
    pub state: PaymentState,
    pub amount: Money,
    /// What of it was refunded so far.
    pub refunded: Money,
    /// Which gateway has it.
    #[schema(example = "sandbox")]
    pub gateway: String,
    /// What the gateway calls it, once it is known.
    #[schema(example = "pi_3PqYx2")]
    pub gateway_reference: Option<String>,
    /// Why it failed, if it did.
    pub failure: Option<PaymentFailure>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Which order something belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderOf {
    pub id: OrderId,
    #[schema(example = "7K3M9Q2X4T")]
    pub reference: String,
}

/// A payment with what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Payment {
    #[serde(flatten)]
    pub summary: PaymentSummary,
    /// Where the customer confirms it, as long as that is to be done.
    #[schema(example = "https://bank.example/confirm/4711")]
    pub confirmation_url: Option<String>,
    /// What is in the way, as a problem with a sentence for the customer: why it failed, or that it has
    /// to be confirmed.
    pub problem: Option<Problem>,
    /// It was found to have succeeded when its order did not need it any more; it goes back by itself.
    #[schema(example = false)]
    pub is_surplus: bool,
    /// What the gateway was asked and what it said, the latest first.
    pub attempts: Vec<PaymentAttempt>,
    #[schema(example = 2)]
    pub version: i64,
}

/// One exchange with the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentAttempt {
    #[schema(example = 1)]
    pub number: i64,
    pub at: Timestamp,
    /// What it was asked: `charge`, `look_up` or `cancel`.
    #[schema(example = "charge")]
    pub asked: String,
    /// What it said, in words for staff.
    #[schema(example = "succeeded")]
    pub outcome: String,
    /// In milliseconds.
    #[schema(example = 312)]
    pub duration_ms: i64,
}

/// # Errors
/// A fault with a code and a sentence.
pub fn check_method(text: &str) -> Result<(), ValidationError> {
    if text.is_empty() {
        return Err(fault("required", "Choose how to pay"));
    }
    if text.len() > MAX_METHOD {
        return Err(fault("too_long", "A payment method has at most 255 characters"));
    }
    if has_card_number(text) {
        return Err(fault(
            "card_number",
            "This looks like the number of a card. Send the gateway’s token for it",
        ));
    }
    if text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(fault("characters", "A payment method is the gateway’s token for it, such as pm_card_ok"))
    }
}

/// Returns true if the text contains a card number, in any grouping: card numbers must never be sent to
/// us.
fn has_card_number(text: &str) -> bool {
    let is_gap = |byte: u8| matches!(byte, b' ' | b'-' | b'.');
    let runs = text.as_bytes().split(|byte| !(byte.is_ascii_digit() || is_gap(*byte)));
    runs.map(|run| {
        run.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| byte - b'0').collect::<Vec<u8>>()
    })
    .any(|digits| (13..=19).contains(&digits.len()) && is_luhn(&digits))
}

/// Verifies the check digit of ISO/IEC 7812. No card number starts with a zero.
fn is_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match u32::from(*digit) * (1 + place as u32 % 2) {
            double @ 10.. => double - 9,
            single => single,
        })
        .sum();
    digits.first() != Some(&0) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    #[test]
    fn a_payment_ends_once_unless_it_was_given_up_as_lost() {
        let ways: Vec<String> = PaymentState::ALL
            .iter()
            .flat_map(|from| PaymentState::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.may_become(*to))
            .map(|(from, to)| format!("{from}>{to}"))
            .collect();
        assert_eq!(ways.len(), 11, "{ways:?}");
        assert!(!ways.iter().any(|way| way.starts_with("succeeded")));
        assert_eq!(
            ways.iter().filter(|way| way.starts_with("failed")).collect::<Vec<_>>(),
            ["failed>succeeded"]
        );
    }

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
        }
    }

    #[test]
    fn a_card_number_is_not_a_payment_method() {
        for token in ["pm_card_ok", "tok_visa|tok_500", "pm_1PqYx2LkdIwHu7ix", "card_0000000000000000"] {
            assert!(check_method(token).is_ok(), "{token}");
        }
        for (wrong, code) in [
            ("", "required"),
            ("4242 4242 4242 4242", "card_number"),
            ("4242424242424242", "card_number"),
            ("4242.4242.4242.4242", "card_number"),
            ("pan=4242424242424242/12/28", "card_number"),
            ("pm_378282246310005", "card_number"),
            ("pm card", "characters"),
            ("pm_\u{e9}", "characters"),
        ] {
            assert_eq!(check_method(wrong).unwrap_err().code, code, "{wrong}");
        }
    }
}

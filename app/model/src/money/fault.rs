//! Reasons why a text or a number is refused as an amount.

use validator::ValidationError;

use super::{Currency, MAX_MINOR, Money};

/// A reason to refuse an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountFault {
    #[error("Enter an amount such as {}", example(*.0))]
    NotAnAmount(Currency),
    #[error("{} has {}: enter an amount such as {}", .0, decimals(*.0), example(*.0))]
    Decimals(Currency),
    /// Two readings, in major units.
    #[error("“{text}” could mean {} or {} {currency}: write it with {} and no other separator", readings[0], readings[1], decimals(*.currency))]
    Ambiguous { text: String, readings: [String; 2], currency: Currency },
    /// The sign or code of another currency.
    #[error("“{sign}” is not a sign of {currency}: leave it out, or choose its currency")]
    OtherCurrency { sign: String, currency: Currency },
    #[error("An amount is at most {}", Money::new(MAX_MINOR, *.0))]
    TooLarge(Currency),
}

impl AmountFault {
    /// The stable name of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Ambiguous { .. } => "ambiguous",
            _ => "amount",
        }
    }
}

impl From<AmountFault> for ValidationError {
    fn from(fault: AmountFault) -> Self {
        Self::new(fault.code()).with_message(fault.to_string().into())
    }
}

/// An amount of the currency, with its decimals.
fn example(currency: Currency) -> String {
    let units = if currency.exponent() == 0 { 1_250 } else { 125 * currency.scale() / 10 };
    Money::new(units, currency).decimal()
}

fn decimals(currency: Currency) -> String {
    match currency.exponent() {
        0 => "no decimals".to_owned(),
        exponent => format!("{exponent} decimals"),
    }
}

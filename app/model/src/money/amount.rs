//! Amounts as input: without a currency, which follows from the context.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{AmountFault, Currency, MAX_MINOR, Money, read};

/// An amount without a currency. From JSON a whole number is minor units and a text is major units with all
/// decimals: `1250` and `"12.50"` are the same in euros. A text of a form is read as people type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    Minor(i64),
    /// Major units, exactly as in `"12.50"`.
    Exact(String),
    /// Major units, as people type them.
    Typed(String),
}

impl Default for Amount {
    /// The missing amount.
    fn default() -> Self {
        Self::Typed(String::new())
    }
}

impl Amount {
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Exact(text) | Self::Typed(text) if text.trim().is_empty())
    }

    /// The amount in this currency.
    ///
    /// # Errors
    /// [`AmountFault`] if it is missing, too large, not an amount of the currency, or can be read in two ways.
    pub fn of(&self, currency: Currency) -> Result<Money, AmountFault> {
        let money = match self {
            Self::Minor(minor) => Money::new(*minor, currency),
            Self::Exact(text) => read::exact(text, currency)?,
            Self::Typed(text) => Money::parse(text, currency)?,
        };
        let fits = money.minor.unsigned_abs() <= MAX_MINOR.unsigned_abs();
        if fits { Ok(money) } else { Err(AmountFault::TooLarge(currency)) }
    }
}

/// An amount in major units from a form or a filter: `12.50`. There everything is text, so minor units could
/// not be distinguished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TypedAmount(pub String);

impl TypedAmount {
    /// The amount in this currency.
    ///
    /// # Errors
    /// As [`Amount::of`].
    pub fn of(&self, currency: Currency) -> Result<Money, AmountFault> {
        Amount::from(self.clone()).of(currency)
    }
}

impl From<TypedAmount> for Amount {
    fn from(typed: TypedAmount) -> Self {
        Self::Typed(typed.0)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Minor(minor) => to.serialize_i64(*minor),
            Self::Exact(text) | Self::Typed(text) => to.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    /// Reads JSON. Forms have [`TypedAmount`].
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Minor(i64),
            Exact(String),
        }
        match Either::deserialize(from) {
            Ok(Either::Minor(minor)) => Ok(Self::Minor(minor)),
            Ok(Either::Exact(text)) => Ok(Self::Exact(text)),
            Err(_) => Err(serde::de::Error::custom(
                "must be a whole number of minor units, such as 1250, or a text in major units, such as \"12.50\"",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_minor_units_and_a_text_has_all_decimals() {
        let read = |json: &str, code: &str| {
            let amount = serde_json::from_str::<Amount>(json).map_err(|_| "malformed")?;
            amount.of(code.parse().unwrap()).map(|money| money.minor).map_err(|fault| fault.code())
        };
        for (json, code, expected) in [
            ("625", "EUR", Ok(625)),
            ("-3", "EUR", Ok(-3)),
            ("\"6.25\"", "EUR", Ok(625)),
            ("\"625\"", "JPY", Ok(625)),
            ("\"1.250\"", "KWD", Ok(1_250)),
            ("\"625\"", "EUR", Err("ambiguous")),
            ("\"625\"", "KWD", Err("ambiguous")),
            ("\"0\"", "EUR", Err("ambiguous")),
            ("\"6.2\"", "EUR", Err("amount")),
            ("\"6.250\"", "EUR", Err("amount")),
            ("\"6.25\"", "KWD", Err("amount")),
            ("\"6.25\"", "JPY", Err("amount")),
            ("\"6.\"", "EUR", Err("amount")),
            ("\".25\"", "EUR", Err("amount")),
            ("\"6,25\"", "EUR", Err("amount")),
            ("\"1,250.00\"", "EUR", Err("amount")),
            ("\"6.25 EUR\"", "EUR", Err("amount")),
            ("\" 6.25\"", "EUR", Err("amount")),
            ("\"-6.25\"", "EUR", Err("amount")),
            ("\"٦.٢٥\"", "EUR", Err("amount")),
            ("\"\"", "EUR", Err("amount")),
            ("\"99999999999.00\"", "EUR", Err("amount")),
            ("1000000000000", "EUR", Err("amount")),
            ("6.25", "EUR", Err("malformed")),
            ("625.0", "EUR", Err("malformed")),
            ("true", "EUR", Err("malformed")),
            ("null", "EUR", Err("malformed")),
        ] {
            assert_eq!(read(json, code), expected, "{json} {code}");
        }
        let refused = Amount::Exact("625".to_owned()).of(Currency::EUR).unwrap_err().to_string();
        assert!(refused.contains("625.00 or 6.25 EUR"), "{refused}");
        assert!(Amount::default().is_empty());
    }
}

//! Amounts of money: minor units and a currency (ISO 4217). No operation rounds, overflows or mixes
//! currencies: a result that is not exact is `None`.

mod amount;
mod fault;
mod read;

use std::cmp::Ordering;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

pub use amount::{Amount, TypedAmount};
pub use fault::AmountFault;

/// A currency of ISO 4217, by its three letters. Precious metals and funds without a minor unit are
/// excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

/// Codes of ISO 4217 that are not used for payments: funds and units of account that have a minor unit.
const UNITS_OF_ACCOUNT: [&str; 9] = ["BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"];

impl std::str::FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        Self::parse(code).ok_or_else(|| UnknownCurrency(code.to_owned()))
    }
}

/// A code that is no currency of ISO 4217 in use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a currency")]
pub struct UnknownCurrency(String);

impl Currency {
    pub const EUR: Self = Self(iso_currency::Currency::EUR);

    /// Parses the three letters, in any case.
    pub fn parse(code: &str) -> Option<Self> {
        let code = code.trim();
        if code.len() != 3 {
            return None;
        }
        let currency = iso_currency::Currency::from_code(&code.to_ascii_uppercase())?;
        let is_money = currency.exponent().is_some() && !UNITS_OF_ACCOUNT.contains(&currency.code());
        is_money.then_some(Self(currency))
    }

    /// The code, such as `EUR`.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// The English name, such as `Euro`.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The sign, such as `€`. Several currencies may have the same.
    fn sign(self) -> String {
        self.0.symbol().symbol
    }

    /// Number of decimals: 2 for the euro, 0 for the yen, 3 for the Kuwaiti dinar.
    pub fn exponent(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or_default())
    }

    /// Number of minor units in one major unit.
    fn scale(self) -> i64 {
        10_i64.pow(self.exponent())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?)
            .ok_or_else(|| serde::de::Error::custom("must be a currency of ISO 4217, such as EUR"))
    }
}

/// Maximum of one amount, in minor units: exact in programs that have only floating-point numbers, and
/// small enough to add up a million amounts.
pub const MAX_MINOR: i64 = 999_999_999_999;

/// An amount in a currency. Less than nothing is possible: what a ledger takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// In minor units, such as cents: 1250 EUR is 12.50 €, 1250 JPY is 1250 ¥.
    #[schema(example = 1250)]
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Major units. They always fit.
    pub fn of_major(major: u32, currency: Currency) -> Self {
        Self::new(i64::from(major) * currency.scale(), currency)
    }

    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The sum; `None` for two currencies and on overflow.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.same(other)?;
        self.minor.checked_add(other.minor).map(|minor| Self { minor, ..self })
    }

    /// The difference; `None` as for [`Money::plus`].
    pub fn minus(self, other: Self) -> Option<Self> {
        self.same(other)?;
        self.minor.checked_sub(other.minor).map(|minor| Self { minor, ..self })
    }

    /// The multiple; `None` on overflow.
    pub fn times(self, count: i64) -> Option<Self> {
        self.minor.checked_mul(count).map(|minor| Self { minor, ..self })
    }

    /// Compares two amounts; `None` for two currencies.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        self.same(other).map(|()| self.minor.cmp(&other.minor))
    }

    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    fn same(self, other: Self) -> Option<()> {
        (self.currency == other.currency).then_some(())
    }

    /// Reads an amount in major units as people type it and as it is shown here: `12.5`, `1.250,00`, `€1,250.00`.
    ///
    /// # Errors
    /// [`AmountFault`] for text that is no amount of this currency, or that can be read in two ways.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountFault> {
        read::typed(text, currency)
    }

    /// The amount of these digits before and after the decimal separator.
    fn of_digits(whole: &str, part: &str, currency: Currency) -> Result<Self, AmountFault> {
        let exponent = currency.exponent() as usize;
        if part.len() > exponent {
            return Err(AmountFault::Decimals(currency));
        }
        let minor = format!("{whole}{part:0<exponent$}").parse();
        minor.map(|minor| Self { minor, currency }).map_err(|_| AmountFault::TooLarge(currency))
    }

    /// Formats major units for [`Money::parse`] and spreadsheets: `1234.50`.
    pub fn decimal(self) -> String {
        let (exponent, scale) = (self.currency.exponent() as usize, self.currency.scale().unsigned_abs());
        let sign = if self.minor < 0 { "-" } else { "" };
        let (whole, part) = (self.minor.unsigned_abs() / scale, self.minor.unsigned_abs() % scale);
        if exponent == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part:0exponent$}") }
    }
}

impl std::fmt::Display for Money {
    /// Formats for pages: `1,234.50 EUR`. A code is unambiguous, unlike the signs of dollars.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let decimal = self.decimal();
        let unsigned = decimal.trim_start_matches('-');
        let (whole, part) = unsigned.split_once('.').map_or((unsigned, None), |(w, p)| (w, Some(p)));
        f.write_str(if self.minor < 0 { "−" } else { "" })?;
        for (i, digit) in whole.char_indices() {
            if i > 0 && (whole.len() - i) % 3 == 0 {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        if let Some(part) = part {
            write!(f, ".{part}")?;
        }
        write!(f, "\u{a0}{}", self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn a_currency_is_one_of_iso_4217_with_a_minor_unit() {
        assert_eq!(["EUR", "jpy", "KWD"].map(|code| currency(code).exponent()), [2, 0, 3]);
        for wrong in ["", "EU", "EURO", "ZZZ", "XAU", "CLF", "€", "EU\0"] {
            assert_eq!(Currency::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn amounts_are_written_for_people_and_for_spreadsheets() {
        for (minor, code, people, sheet) in [
            (123_456_789, "EUR", "1,234,567.89\u{a0}EUR", "1234567.89"),
            (5, "EUR", "0.05\u{a0}EUR", "0.05"),
            (-1_250, "USD", "−12.50\u{a0}USD", "-12.50"),
            (1_250, "JPY", "1,250\u{a0}JPY", "1250"),
            (1_250, "KWD", "1.250\u{a0}KWD", "1.250"),
            (i64::MIN, "EUR", "−92,233,720,368,547,758.08\u{a0}EUR", "-92233720368547758.08"),
        ] {
            let money = Money::new(minor, currency(code));
            assert_eq!((money.to_string().as_str(), money.decimal().as_str()), (people, sheet));
        }
    }

    #[test]
    fn nothing_overflows_and_nothing_is_mixed() {
        let (one, most) = (Money::new(1, Currency::EUR), Money::new(i64::MAX, Currency::EUR));
        let yen = Money::new(1, currency("JPY"));
        assert_eq!(one.plus(one), Some(Money::new(2, Currency::EUR)));
        assert_eq!([most.plus(one), one.plus(yen), one.minus(yen), most.times(2)], [None; 4]);
        assert_eq!(Money::new(i64::MIN, Currency::EUR).minus(one), None);
        assert_eq!((one.compare(most), one.compare(yen)), (Some(Ordering::Less), None));
    }
}

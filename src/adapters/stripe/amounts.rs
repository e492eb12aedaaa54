//! Amounts in the minor units of Stripe, which for some currencies are not those of ISO 4217.

use std::cmp::Ordering;

use frontdesk_model::{Currency, Money};

/// The number of decimal digits at Stripe.
fn exponent(currency: Currency) -> u32 {
    match currency.code() {
        // Zero-decimal currencies that Stripe treats as two-decimal for compatibility.
        "ISK" | "UGX" => 2,
        // Its minor unit is a fifth, which Stripe does not support.
        "MGA" => 0,
        _ => currency.exponent(),
    }
}

/// Converts to the units of Stripe; `None` if that is not exact.
pub(super) fn to_stripe(amount: Money) -> Option<i64> {
    rescale(amount.minor, amount.currency.exponent(), exponent(amount.currency))
}

/// Converts from the units of Stripe; `None` if that is not exact.
pub(super) fn from_stripe(amount: i64, code: &str) -> Option<Money> {
    let currency = Currency::parse(code)?;
    rescale(amount, exponent(currency), currency.exponent()).map(|minor| Money::new(minor, currency))
}

fn rescale(number: i64, from: u32, to: u32) -> Option<i64> {
    let factor = 10_i64.checked_pow(from.abs_diff(to))?;
    match from.cmp(&to) {
        Ordering::Equal => Some(number),
        Ordering::Less => number.checked_mul(factor),
        Ordering::Greater => (number % factor == 0).then(|| number / factor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::parse(code).unwrap())
    }

    #[test]
    fn an_amount_is_converted_to_the_units_of_stripe_and_back() {
        for (minor, code, said) in [
            (1_250, "EUR", 1_250),
            (1_250, "JPY", 1_250),
            (5_120, "KWD", 5_120),
            (5, "ISK", 500),
            (5, "UGX", 500),
            (300, "MGA", 3),
        ] {
            let amount = money(minor, code);
            assert_eq!(to_stripe(amount), Some(said), "{code}");
            assert_eq!(from_stripe(said, &code.to_ascii_lowercase()), Some(amount), "{code}");
        }
    }

    #[test]
    fn an_inexact_conversion_is_none() {
        assert_eq!(to_stripe(money(301, "MGA")), None);
        assert_eq!(to_stripe(money(i64::MAX, "ISK")), None);
        assert_eq!(from_stripe(550, "isk"), None);
        assert_eq!(from_stripe(1, "xyz"), None);
    }

    #[test]
    fn zero_decimal_currencies_have_no_minor_unit() {
        let without = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF";
        assert!(without.split(' ').all(|code| exponent(Currency::parse(code).unwrap()) == 0));
    }
}

//! Amounts as Stripe counts them: in the smallest unit of the currency, which for some is not that
//! of ISO 4217.

use std::cmp::Ordering;

use frontdesk_model::{Currency, Money};

/// How many digits there are behind the point there.
fn exponent(currency: Currency) -> u32 {
    match currency.code() {
        // They have no smaller unit any more; Stripe goes on as if they had.
        "ISK" | "UGX" => 2,
        // A fifth of it is no hundredth.
        "MGA" => 0,
        _ => currency.exponent(),
    }
}

/// How it is said there; `None` if it cannot be said exactly.
pub(super) fn there(amount: Money) -> Option<i64> {
    rescale(amount.minor, amount.currency.exponent(), exponent(amount.currency))
}

/// What is said there.
pub(super) fn here(amount: i64, code: &str) -> Option<Money> {
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
    fn an_amount_is_said_in_the_units_of_stripe_and_back() {
        for (minor, code, said) in [
            (1_250, "EUR", 1_250),
            (1_250, "JPY", 1_250),
            (5_120, "KWD", 5_120),
            (5, "ISK", 500),
            (5, "UGX", 500),
            (300, "MGA", 3),
        ] {
            let amount = money(minor, code);
            assert_eq!(there(amount), Some(said), "{code}");
            assert_eq!(here(said, &code.to_ascii_lowercase()), Some(amount), "{code}");
        }
    }

    #[test]
    fn what_cannot_be_said_exactly_is_not_said() {
        assert_eq!(there(money(301, "MGA")), None);
        assert_eq!(there(money(i64::MAX, "ISK")), None);
        assert_eq!(here(550, "isk"), None);
        assert_eq!(here(1, "xyz"), None);
    }

    #[test]
    fn the_currencies_without_a_smaller_unit_there_have_none() {
        let without = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF";
        assert!(without.split(' ').all(|code| exponent(Currency::parse(code).unwrap()) == 0));
    }
}

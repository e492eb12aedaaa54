//! Payment methods: the gateway’s tokens for them, never the number of a card.

use validator::ValidationError;

use crate::form::fault;

/// Maximum length of a payment method's token, in bytes.
pub const MAX_METHOD: usize = 255;

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

//! Durations: `500ms`, `30s`, `15m`, `12h`, `7d`. The crate `humantime` would accept sums and other units as
//! well, which the documented options do not.

use std::time::Duration;

/// The text is not a number with a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number and its unit, such as 500ms, 30s, 15m, 12h or 7d")]
pub struct NotADuration;

/// Parses a duration.
///
/// # Errors
/// [`NotADuration`] for any other format, and on overflow.
pub fn parse(text: &str) -> Result<Duration, NotADuration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| NotADuration)?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60 * 1_000,
        "h" => 3_600 * 1_000,
        "d" => 24 * 3_600 * 1_000,
        _ => return Err(NotADuration),
    };
    number.checked_mul(millis).map(Duration::from_millis).ok_or(NotADuration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_with_its_unit() {
        for (text, seconds) in
            [("0s", 0), ("30s", 30), ("15m", 900), ("12h", 43_200), ("7d", 604_800), ("2000ms", 2)]
        {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for wrong in [
            "",
            "30",
            "s",
            "-1s",
            "+1s",
            "1.5h",
            "1 h",
            "1w",
            "1h30m",
            "99999999999999999999d",
            "9999999999999999d",
        ] {
            assert_eq!(parse(wrong), Err(NotADuration), "{wrong}");
        }
    }
}

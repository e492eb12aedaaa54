//! The text of a token: `fd_`, 43 random digits and 6 digits of a checksum, all in base 62. `fd_` finds it in a
//! repository, and the checksum rules out look-alikes without a query.

use crate::Secret;

/// Prefix of all tokens.
pub const PREFIX: &str = "fd_";
/// Number of random bytes. As many as the hash has: more would add nothing.
pub const RANDOM_BYTES: usize = 32;
/// Base-62 digits of [`RANDOM_BYTES`], and of a CRC-32.
const RANDOM_DIGITS: usize = 43;
const CHECK_DIGITS: usize = 6;
/// Total length, in bytes.
const LENGTH: usize = PREFIX.len() + RANDOM_DIGITS + CHECK_DIGITS;
/// Number of digits in the hint, to distinguish one's tokens. The rest still has 214 bits.
const HINT_DIGITS: usize = 7;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The text of a token with a valid checksum. Prints as `***`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenText(Secret);

impl TokenText {
    /// Encodes random bytes.
    pub fn of(random: [u8; RANDOM_BYTES]) -> Self {
        let digits: [u8; RANDOM_DIGITS] = base62(random);
        let text: String = PREFIX.chars().chain(digits.map(char::from)).collect();
        let check = checksum(&text).map(char::from);
        Self(Secret::new(text.chars().chain(check).collect::<String>()))
    }

    /// Parses a token from a request. Mistyped, truncated and made-up texts are rejected here, without a
    /// query.
    pub fn parse(text: &str) -> Option<Self> {
        let sound = text.len() == LENGTH && text.starts_with(PREFIX) && text.is_ascii();
        let (body, check) = sound.then(|| text.split_at(LENGTH - CHECK_DIGITS))?;
        let digits = body.bytes().skip(PREFIX.len()).all(|byte| byte.is_ascii_alphanumeric());
        (digits && check.as_bytes() == checksum(body)).then(|| Self(Secret::new(text)))
    }

    /// Returns true if `text` has a token in it, with its checksum: something else that begins with
    /// [`PREFIX`] is not one.
    pub fn is_in(text: &str) -> bool {
        text.match_indices(PREFIX)
            .any(|(at, _)| text.get(at..at + LENGTH).is_some_and(|some| Self::parse(some).is_some()))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The text as a [`Secret`].
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    /// The first characters, which may be shown.
    pub fn hint(&self) -> &str {
        &self.expose()[..PREFIX.len() + HINT_DIGITS]
    }
}

/// Encodes a big-endian number in base 62, with leading zeros.
fn base62<const BYTES: usize, const LEN: usize>(mut number: [u8; BYTES]) -> [u8; LEN] {
    let mut digits = [b'0'; LEN];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0_u16;
        for byte in &mut number {
            let value = rest << 8 | u16::from(*byte);
            // At most (61 × 256 + 255) / 62, which is below 256.
            *byte = (value / 62) as u8;
            rest = value % 62;
        }
        *digit = DIGITS[usize::from(rest)];
    }
    digits
}

fn checksum(text: &str) -> [u8; CHECK_DIGITS] {
    base62(crc32(text.as_bytes()).to_be_bytes())
}

/// CRC-32 as in ISO 3309, PNG and gzip. Bit by bit, since the input has 46 bytes.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_a_text_by_its_checksum() {
        let token = TokenText::of([7; 32]);
        let text = token.expose();
        for with in [
            text,
            &format!(" {text}"),
            &format!("Bearer {text}"),
            &format!("fd_{text}é"),
            &format!("{text}0"),
        ] {
            assert!(TokenText::is_in(with), "{with}");
        }
        let (wrong, other) = (text.to_lowercase(), text.replace("fd_", "FD_"));
        for without in
            ["", "fd_", "fd_1", "fd_smith", "fd_Ab3dE7f", &text[..51], &wrong, &other, &"fd_é".repeat(30)]
        {
            assert!(!TokenText::is_in(without), "{without}");
        }
    }

    #[test]
    fn the_checksum_is_the_one_that_everybody_knows() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn every_token_has_the_same_length_and_is_read_back() {
        for random in [[0; 32], [255; 32], [7; 32], std::array::from_fn(|n| n as u8)] {
            let token = TokenText::of(random);
            assert_eq!(token.expose().len(), 52);
            assert!(token.expose().starts_with(token.hint()));
            assert_eq!(token.hint().len(), 10);
            assert_eq!(TokenText::parse(token.expose()), Some(token));
        }
        // Secret scanners rely on this format.
        let known = TokenText::of(std::array::from_fn(|n| n as u8));
        assert_eq!(known.expose(), "fd_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf3ho8wL");
    }

    #[test]
    fn any_one_wrong_character_is_noticed() {
        let good = TokenText::of(std::array::from_fn(|n| n as u8 ^ 0x5A));
        for at in 0..good.expose().len() {
            for other in ['0', 'z', '_', ' ', 'é'] {
                let mut text: Vec<char> = good.expose().chars().collect();
                if text[at] == other {
                    continue;
                }
                text[at] = other;
                let text: String = text.into_iter().collect();
                assert_eq!(TokenText::parse(&text), None, "{text}");
            }
        }
        let text = good.expose();
        for wrong in ["", "fd_", &text[1..], &text[..51], &format!("{text}0"), &text.to_lowercase()] {
            assert_eq!(TokenText::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_token_prints_as_stars() {
        assert_eq!(format!("{:?}", TokenText::of([1; 32])), "TokenText(***)");
    }
}

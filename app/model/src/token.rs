//! API tokens.
//!
//! A token's text is `fd_`, 43 random digits and 6 digits of a checksum, all in base 62: `fd_` finds it
//! in a repository, and the checksum rules out look-alikes without a query. The text is shown once; the
//! database stores a hash and a [hint](Token::hint).

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use validator::ValidationError;

use crate::{Permissions, Secret, Timestamp, TokenId, UserId, audit::Party, email::fault, name::is_hidden};

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

/// Maximum length of a token's name, in characters.
pub const MAX_NAME: usize = 60;
/// Lifetime of a token in days: the default, and the maximum unless it never expires.
pub const DEFAULT_DAYS: u16 = 90;
pub const MAX_DAYS: u16 = 365;
/// Maximum number of active tokens per person.
pub const MAX_LIVE: i64 = 50;
/// Time for which an ended token is still listed, in days.
pub const KEPT_DAYS: i64 = 90;

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

/// For whom a token acts.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "snake_case")]
pub enum TokenKind {
    /// Acts for a person, with at most the permissions that they have at the time.
    #[default]
    Personal,
    /// Acts for the business. It outlives its creator's account.
    Service,
}

impl TokenKind {
    /// All values, in the order of their definition.
    pub const ALL: &[Self] = Self::VARIANTS;

    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What a list of tokens can be limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenLife {
    /// Neither expired nor revoked.
    Live,
    Ended,
}

impl TokenLife {
    pub const ALL: &[Self] = &[Self::Live, Self::Ended];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Ended => "ended",
        }
    }
}

/// Whether a token works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenState {
    Live,
    /// Its owner is suspended or removed. It works again afterwards.
    Paused,
    Expired,
    Revoked,
}

impl TokenState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Paused => "paused",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// Whose a personal token is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenOwner {
    pub id: UserId,
    #[schema(example = "Ann Lee")]
    pub name: String,
}

/// A token, as lists show it. There is no field for its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    pub id: TokenId,
    #[schema(example = "ci")]
    pub name: String,
    /// How its text begins, to recognise it by: `fd_Ab3dE7f`.
    #[schema(example = "fd_Ab3dE7f")]
    pub hint: String,
    pub kind: TokenKind,
    /// Whose it is; nobody's if it is a service token.
    pub owner: Option<TokenOwner>,
    /// What it was given. A personal token may do what of this its owner may do.
    pub permissions: Permissions,
    pub state: TokenState,
    pub created_at: Timestamp,
    pub created_by: Party,
    /// `null`: never.
    pub expires_at: Option<Timestamp>,
    /// Exact to a minute or so.
    pub last_used_at: Option<Timestamp>,
    #[schema(default = json!(null))]
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// End of its life, past or future; `None`: never.
    pub fn ends_at(&self) -> Option<Timestamp> {
        // Only an active token can be revoked, so the revocation comes first.
        self.revoked_at.or(self.expires_at)
    }

    /// Label in the audit trail: `ci (fd_Ab3dE7f)`.
    pub fn label(&self) -> String {
        label(&self.name, &self.hint)
    }
}

/// Label of a token in the audit trail: `ci (fd_Ab3dE7f)`.
pub fn label(name: &str, hint: &str) -> String {
    format!("{name} ({hint})")
}

/// Prefix of a service token's label as an actor.
const SERVICE: &str = "service token ";

/// A service token as the actor of an event.
pub fn service_party(id: TokenId, name: &str, hint: &str) -> Party {
    Party { id: Some(id.0), label: format!("{SERVICE}{}", label(name, hint)) }
}

/// Returns true if an actor is a service token, judging by its label: other actors' ids link to users. A
/// user with such a name is not linked.
pub fn is_service_party(party: &Party) -> bool {
    party.label.starts_with(SERVICE)
}

/// Lifetime of a new token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Not given: [`DEFAULT_DAYS`].
    Unsaid,
    Days(u16),
    Never,
}

impl Expiry {
    /// Parses `30d` or `never`; empty is [`Expiry::Unsaid`].
    ///
    /// # Errors
    /// `expiry`, with a sentence for the page.
    pub fn parse(text: &str) -> Result<Self, ValidationError> {
        let days = |text: &str| text.strip_suffix('d')?.parse().ok();
        match text.trim() {
            "" => Ok(Self::Unsaid),
            "never" => Ok(Self::Never),
            text => match days(text) {
                Some(days @ 1..=MAX_DAYS) => Ok(Self::Days(days)),
                _ => Err(fault("expiry", "A token lives for 1 to 365 days, such as 90d")),
            },
        }
    }
}

/// Validates a token's name.
///
/// # Errors
/// `required`, `too_long` or `characters`.
pub fn check_name(text: &str) -> Result<(), ValidationError> {
    let text = text.trim();
    if text.is_empty() {
        Err(fault("required", "Enter a name, such as what the token is for"))
    } else if text.chars().take(MAX_NAME + 1).count() > MAX_NAME {
        Err(fault("too_long", "A token’s name has at most 60 characters"))
    } else if text.chars().any(is_hidden) {
        Err(fault("characters", "A token’s name cannot contain line breaks or invisible characters"))
    } else {
        Ok(())
    }
}

/// [`Expiry::parse`] in the signature that `validator` expects.
///
/// # Errors
/// `expiry`.
pub fn check_expiry(text: &str) -> Result<(), ValidationError> {
    Expiry::parse(text).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn an_expiry_is_a_number_of_days_or_never() {
        for (text, expected) in [
            ("", Some(Expiry::Unsaid)),
            ("1d", Some(Expiry::Days(1))),
            ("365d", Some(Expiry::Days(365))),
            ("never", Some(Expiry::Never)),
            ("0d", None),
            ("366d", None),
            ("-1d", None),
            ("1.5d", None),
            ("90", None),
            ("99999999999999999999d", None),
            ("é", None),
        ] {
            assert_eq!(Expiry::parse(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn names_are_short_and_visible() {
        for good in ["ci", " ci ", "Überweisung, nächtlich", &"x".repeat(60)] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", " ", "a\nb", "a\u{202E}b", &"x".repeat(61)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}

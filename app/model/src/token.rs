//! Tokens: what a program shows to say for whom it acts.
//!
//! The text of one is `fd_`, 43 digits of chance and 6 of a checksum, all in base 62:
//! `fd_` finds it in a repository, and the checksum tells it from what only looks alike, without
//! asking anybody. The text is shown once; what is kept of it is a hash and a [hint](Token::hint).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::ValidationError;

use crate::{Permissions, Secret, Timestamp, TokenId, UserId, audit::Party, email::fault, name::is_hidden};

/// What every token begins with.
pub const PREFIX: &str = "fd_";
/// How much of a token is chance, in bytes. As many as its hash has: there is nothing to gain from more.
pub const RANDOM_BYTES: usize = 32;
/// Base-62 digits that [`RANDOM_BYTES`] need, and that a CRC-32 needs.
const RANDOM_DIGITS: usize = 43;
const CHECK_DIGITS: usize = 6;
/// The whole length, in bytes.
const LENGTH: usize = PREFIX.len() + RANDOM_DIGITS + CHECK_DIGITS;
/// How many of the digits may be shown, to tell one's tokens apart. The rest is still 2²¹⁴ strong.
const HINT_DIGITS: usize = 7;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The longest name of a token, in characters.
pub const MAX_NAME: usize = 60;
/// How long a token lives if nobody says, and at most unless it never expires; in days.
pub const DEFAULT_DAYS: u16 = 90;
pub const MAX_DAYS: u16 = 365;
/// How many live tokens a person has at most.
pub const MAX_LIVE: i64 = 50;
/// How long a token is still shown after it has ended, in days.
pub const KEPT_DAYS: i64 = 90;

/// The text of a token, whose checksum is right. Prints as `***`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenText(Secret);

impl TokenText {
    /// The token of these random bytes.
    pub fn of(random: [u8; RANDOM_BYTES]) -> Self {
        let digits: [u8; RANDOM_DIGITS] = base62(random);
        let text: String = PREFIX.chars().chain(digits.map(char::from)).collect();
        let check = checksum(&text).map(char::from);
        Self(Secret::new(text.chars().chain(check).collect::<String>()))
    }

    /// Reads what somebody sent. Costs no query: what was mistyped, cut off or made up ends here.
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

    /// The text, to be handed on unseen.
    pub fn secret(&self) -> &Secret {
        &self.0
    }

    /// The beginning, which may be shown.
    pub fn hint(&self) -> &str {
        &self.expose()[..PREFIX.len() + HINT_DIGITS]
    }
}

/// A number, written big-endian, in base 62 with leading zeros.
fn base62<const BYTES: usize, const LEN: usize>(mut number: [u8; BYTES]) -> [u8; LEN] {
    let mut digits = [b'0'; LEN];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0_u16;
        for byte in &mut number {
            let value = rest << 8 | u16::from(*byte);
            // At most (61 × 256 + 255) / 62, which is 256 less a bit.
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

/// CRC-32 as in ISO 3309, PNG and gzip. Bit by bit: it is for 46 bytes.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// For whom a token acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenKind {
    /// For a person, and with no more than they may do themselves at the time.
    #[default]
    Personal,
    /// For the business. It stays when the person who made it goes.
    Service,
}

impl TokenKind {
    pub const ALL: &[Self] = &[Self::Personal, Self::Service];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Service => "service",
        }
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
    /// Its owner is suspended or removed. It works again when they are back.
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
    /// When it ends or has ended; `null`: never.
    pub fn ends_at(&self) -> Option<Timestamp> {
        // Only what is live is revoked, so this comes first.
        self.revoked_at.or(self.expires_at)
    }

    /// What the audit trail calls it: `ci (fd_Ab3dE7f)`.
    pub fn label(&self) -> String {
        label(&self.name, &self.hint)
    }
}

/// What the audit trail calls a token: `ci (fd_Ab3dE7f)`.
pub fn label(name: &str, hint: &str) -> String {
    format!("{name} ({hint})")
}

/// What the audit trail calls a service token as an actor.
const SERVICE: &str = "service token ";

/// A service token, as the actor of an event.
pub fn service_party(id: TokenId, name: &str, hint: &str) -> Party {
    Party { id: Some(id.0), label: format!("{SERVICE}{}", label(name, hint)) }
}

/// Whether an actor of the audit trail is a service token, as far as its label tells: the id of any
/// other leads to a user. Somebody may be called like that; then they are not led to.
pub fn is_service_party(party: &Party) -> bool {
    party.label.starts_with(SERVICE)
}

/// How long a new token lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Said by nobody: [`DEFAULT_DAYS`].
    Unsaid,
    Days(u16),
    Never,
}

impl Expiry {
    /// Reads `30d` or `never`; nothing is [`Expiry::Unsaid`].
    ///
    /// # Errors
    /// `expiry`, with a sentence for the person who typed it.
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

/// The rule for a token's name.
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

/// [`Expiry::parse`] as `validator` wants it.
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
        // What scanners rely on stays as it is.
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

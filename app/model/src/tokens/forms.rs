//! Forms that create and revoke tokens.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::TokenKind;
use crate::{Permissions, Secret, TokenId, form::fault, text::is_line};

/// Maximum length of a token's name, in characters.
pub const MAX_NAME: usize = 60;
/// Lifetime of a token in days: the default, and the maximum unless it never expires.
pub const DEFAULT_DAYS: u16 = 90;
pub const MAX_DAYS: u16 = 365;

/// A new token: one's own, or one of the business.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    #[serde(default)]
    pub kind: TokenKind,
    #[serde(default)]
    #[validate(custom(function = "check_name"))]
    #[schema(
        required = true,
        example = "ci",
        min_length = 1,
        max_length = 60,
        pattern = r"^[^\x00-\x1F\x7F]*[^\s\x00-\x1F\x7F][^\x00-\x1F\x7F]*$"
    )]
    pub name: String,
    /// `1d` to `365d`; `never` only for a service token.
    #[serde(default)]
    #[validate(custom(function = "check_expiry"))]
    #[schema(
        example = "90d",
        default = "90d",
        pattern = "^(never|([1-9][0-9]?|[12][0-9][0-9]|3[0-5][0-9]|36[0-5])d)$"
    )]
    pub expires: String,
    /// What it may do. With nothing, a personal token only reads its owner's own account.
    #[serde(default)]
    pub permissions: Permissions,
}

/// A new token that a person makes on a page: [`CreateToken`], with their password.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CreateTokenInPerson {
    pub kind: TokenKind,
    pub name: String,
    pub expires: String,
    pub permissions: Permissions,
    /// The current password.
    pub current: Secret,
}

impl CreateTokenInPerson {
    /// The token and the password.
    pub fn split(self) -> (CreateToken, Secret) {
        let Self { kind, name, expires, permissions, current } = self;
        (CreateToken { kind, name, expires, permissions }, current)
    }
}

#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeToken {
    pub id: TokenId,
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
    } else if !is_line(text) {
        Err(fault(
            "characters",
            "A token’s name needs visible text, without line breaks or invisible characters",
        ))
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
        for bad in ["", " ", "a\nb", "a\u{202E}b", "\u{2800}", "\u{3164}", "\u{301}", &"x".repeat(61)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}

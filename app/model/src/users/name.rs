//! Names of people. The only way to have a [`PersonName`] is to parse one.

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use validator::ValidationError;

use crate::{
    form::fault,
    search::{cut, fold},
    text::{has_visible, is_hidden},
};

/// Maximum length of a name, in characters.
pub const MAX_NAME: usize = 100;
/// The longest sort key of a name, in characters. Some letters are folded into eighteen, and a key
/// goes into the cursors of a list, which have a limit; names that differ only after it are sorted by id.
pub const MAX_NAME_KEY: usize = 100;

/// A name as entered, in NFC, with white space collapsed to single spaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PersonName(String);

impl PersonName {
    /// # Errors
    /// The fault, with a sentence for the page.
    pub fn parse(text: &str) -> Result<Self, ValidationError> {
        check(text)?;
        Ok(Self(tidy(text)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what names are sorted by: see [`sort_key`].
    pub fn key(&self) -> String {
        sort_key(&self.0)
    }
}

/// The folded name, cut at [`MAX_NAME_KEY`]: `Amélie` stands beside `Amelia`, `Łukasz` beside `Lukas`.
pub fn sort_key(name: &str) -> String {
    cut(&fold(name), MAX_NAME_KEY).to_owned()
}

/// Validates a name, in the signature that `validator` expects.
///
/// # Errors
/// `required`, `too_long` or `characters`, each with a sentence for the page.
pub fn check(text: &str) -> Result<(), ValidationError> {
    // Counted before normalization, so that the work stays bounded by the input.
    if text.chars().take(MAX_NAME + 200).count() > MAX_NAME + 100 || tidy(text).chars().count() > MAX_NAME {
        return Err(fault("too_long", "A name has at most 100 characters"));
    }
    if tidy(text).is_empty() {
        return Err(fault("required", "Enter a name"));
    }
    if text.trim().chars().any(is_hidden) {
        return Err(fault("characters", "A name cannot contain line breaks or invisible characters"));
    }
    if !has_visible(text) {
        return Err(fault("characters", "A name needs a visible character"));
    }
    Ok(())
}

fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tidied_and_kept() {
        assert_eq!(PersonName::parse("  Ame\u{301}lie   Roux ").unwrap().as_str(), "Amélie Roux");
        assert_eq!(PersonName::parse("Amélie Roux").unwrap().key(), "amelie roux");
        assert_eq!(PersonName::parse(&"\u{FDFA}".repeat(100)).unwrap().key().chars().count(), MAX_NAME_KEY);
        assert!(PersonName::parse("李小龍").is_ok());
        assert!(PersonName::parse("നീതു").is_ok());
    }

    #[test]
    fn a_name_has_something_visible() {
        for text in [
            "\u{2800}",
            "\u{3164}",
            "\u{FFA0}",
            "\u{115F}",
            "\u{1160}",
            "\u{301}",
            "\u{200D}",
            "\u{AD}",
            "\u{FE0F}",
            "\u{3164} \u{2800}",
        ] {
            let fault = PersonName::parse(text).unwrap_err();
            assert_eq!(fault.code, "characters", "{}", text.escape_unicode());
        }
        for text in ["X", "李", "❤\u{FE0F}", "\u{3164}Ann"] {
            assert!(PersonName::parse(text).is_ok(), "{}", text.escape_unicode());
        }
    }

    #[test]
    fn empty_endless_and_hidden_names_are_refused() {
        let long = "x".repeat(101);
        let huge = "x".repeat(1_000_000);
        for text in ["", "   ", "a\u{10FFFF}", "\u{FDD0}b", "a\nb", "a\u{202E}b", "a\0", &long, &huge] {
            assert!(PersonName::parse(text).is_err(), "{:?}", text.chars().take(8).collect::<String>());
        }
    }
}

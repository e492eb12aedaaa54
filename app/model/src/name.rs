//! What a person is called. The only way to have a [`PersonName`] is to parse one.

use serde::Serialize;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use validator::ValidationError;

use crate::email::fault;

/// The longest name, in characters.
pub const MAX_NAME: usize = 100;

/// A name as the person writes it, in NFC, with runs of white space folded to one space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PersonName(String);

impl PersonName {
    /// # Errors
    /// What is wrong with the text, in words for the person who typed it.
    pub fn parse(text: &str) -> Result<Self, ValidationError> {
        check(text)?;
        Ok(Self(tidy(text)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What names are sorted and searched by: see [`search_key`].
    pub fn key(&self) -> String {
        search_key(&self.0)
    }
}

/// Lower case and without accents, so that `ame` finds `Amélie` and she stands beside `Amelia`.
pub fn search_key(text: &str) -> String {
    tidy(text).nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The rule as `validator` wants it, for forms.
///
/// # Errors
/// `required`, `too_long` or `characters`, each with a sentence for the person who typed it.
pub fn check(text: &str) -> Result<(), ValidationError> {
    // Counted before it is normalized: the work stays bounded by what was sent.
    if text.chars().take(MAX_NAME + 200).count() > MAX_NAME + 100 || tidy(text).chars().count() > MAX_NAME {
        return Err(fault("too_long", "A name has at most 100 characters"));
    }
    if tidy(text).is_empty() {
        return Err(fault("required", "Enter a name"));
    }
    if text.trim().chars().any(is_hidden) {
        return Err(fault("characters", "A name cannot contain line breaks or invisible characters"));
    }
    Ok(())
}

fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect()
}

/// Control characters, and the ones that reorder or hide text and so make one name look like
/// another (bidirectional overrides, zero-width spaces). Joiners stay: scripts need them.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tidied_and_kept() {
        assert_eq!(PersonName::parse("  Ame\u{301}lie   Roux ").unwrap().as_str(), "Amélie Roux");
        assert_eq!(PersonName::parse("Amélie Roux").unwrap().key(), "amelie roux");
        assert!(PersonName::parse("李小龍").is_ok());
        assert!(PersonName::parse("നീതു").is_ok());
    }

    #[test]
    fn empty_endless_and_hidden_names_are_refused() {
        let long = "x".repeat(101);
        let huge = "x".repeat(1_000_000);
        for text in ["", "   ", "a\nb", "a\u{202E}b", "a\0", &long, &huge] {
            assert!(PersonName::parse(text).is_err(), "{:?}", text.chars().take(8).collect::<String>());
        }
    }
}

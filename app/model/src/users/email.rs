//! E-mail addresses. The only way to have an [`Email`] is to parse one.

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use validator::ValidationError;

use crate::{form::fault, text::is_noncharacter};

/// Maximum length of an address in SMTP (RFC 5321 §4.5.3.1.3, without the angle brackets).
pub const MAX_EMAIL: usize = 254;

/// An address as the person typed it, less surrounding white space. Two addresses that differ only
/// in case or in the composition of their letters are the same account: see [`Email::key`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// # Errors
    /// The fault, with a sentence for the page.
    pub fn parse(text: &str) -> Result<Self, ValidationError> {
        check(text)?;
        Ok(Self(text.trim().to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what is compared and unique: the address in NFC, case-folded.
    pub fn key(&self) -> String {
        if self.0.is_ascii() {
            return self.0.to_ascii_lowercase();
        }
        let folded: String = self.0.nfc().flat_map(folded).collect();
        // The dot of a Turkish `İ`, if it was typed as a letter of its own.
        folded.replace("i\u{307}", "i").nfc().collect()
    }
}

/// Folds the case of one letter. By way of upper case, so that `ς` and `σ`, `ß` and `ss` meet; but for
/// the dotless `ı`, which is a letter of its own and whose upper case is that of `i`.
fn folded(c: char) -> impl Iterator<Item = char> {
    let (kept, rest) = match c {
        'İ' => (Some('i'), None),
        'ı' => (Some('ı'), None),
        c => (None, Some(c)),
    };
    let lower = rest.into_iter().flat_map(char::to_lowercase);
    kept.into_iter().chain(lower.flat_map(char::to_uppercase).flat_map(char::to_lowercase))
}

/// Validates an address, in the signature that `validator` expects.
///
/// Deliberately loose about the part before the `@` (only its owner's server can judge it) and strict
/// about characters that would break a header, a log line or a list: white space, control characters, a
/// missing or malformed domain.
///
/// # Errors
/// `required`, `too_long` or `email`, each with a sentence for the page.
pub fn check(text: &str) -> Result<(), ValidationError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(fault("required", "Enter an e-mail address"));
    }
    if text.len() > MAX_EMAIL {
        return Err(fault("too_long", "An e-mail address has at most 254 characters"));
    }
    let wrong = || fault("email", "Enter an e-mail address like name@example.com");
    let (local, domain) = text.rsplit_once('@').ok_or_else(wrong)?;
    let plain = |c: char| {
        !c.is_whitespace() && !c.is_control() && !is_noncharacter(c) && !"<>()[],;:\\\"@".contains(c)
    };
    let dotted = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    let local_fits = !local.is_empty() && local.len() <= 64 && local.chars().all(plain) && dotted(local);
    let label_fits = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || (!c.is_ascii() && plain(c)))
    };
    let domain_fits = domain.contains('.') && domain.split('.').all(label_fits);
    if local_fits && domain_fits { Ok(()) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_people_have_are_taken() {
        for text in ["a@b.co", " Ann.O'Neil+shop@Example.com ", "用户@例子.广告", "x_y-z@sub.domain.example"]
        {
            assert!(Email::parse(text).is_ok(), "{text}");
        }
        assert_eq!(Email::parse(" Ann@Example.com ").unwrap().key(), "ann@example.com");
    }

    #[test]
    fn one_address_however_it_is_typed_has_one_key() {
        for (one, other) in [
            ("ΣΑΣ@example.com", "σασ@example.com"),
            ("σας@example.com", "σασ@example.com"),
            ("İpek@example.com", "ipek@example.com"),
            ("I\u{307}pek@example.com", "i\u{307}pek@example.com"),
            ("JÜRGEN@example.com", "ju\u{308}rgen@example.com"),
            ("Straße@example.com", "STRASSE@example.com"),
            ("STRAẞE@example.com", "strasse@example.com"),
        ] {
            let key = |text: &str| Email::parse(text).unwrap().key();
            assert_eq!(key(one), key(other), "{one}");
            assert_eq!(key(&key(one)), key(one), "{one}: not at rest");
        }
        assert_ne!(Email::parse("ılgın@b.co").unwrap().key(), Email::parse("ilgin@b.co").unwrap().key());
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "",
            " ",
            "ann",
            "@example.com",
            "ann@",
            "ann@localhost",
            "a b@example.com",
            "ann@exa mple.com",
            "ann@-example.com",
            "ann@example..com",
            ".ann@example.com",
            "ann\n@example.com",
            "ann@example.com\0",
            "ann\u{10FFFF}@example.com",
            "ann@\u{FDD0}.example",
            "a@b@example.com",
            "<ann@example.com>",
            "ann@example.com,bob@example.com",
            &long,
        ] {
            assert!(Email::parse(text).is_err(), "{text:?}");
        }
    }
}

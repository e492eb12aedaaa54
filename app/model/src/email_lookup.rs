//! Looking an e-mail address up, in any spelling of it: also one that was stored before today's rules.

use std::borrow::Cow;

use idna::uts46::{AsciiDenyList, Hyphens, Uts46};
use validator::ValidationError;

use crate::{
    text::is_unidentifying,
    users::email::{Email, fold},
};

/// An address to look up.
#[derive(Clone, Debug)]
pub struct Lookup {
    spelling: String,
    seen: String,
    email: Result<Email, ValidationError>,
}

impl Lookup {
    pub fn of(text: &str) -> Self {
        Self { spelling: spelling(text), seen: key_of_stored(text), email: Email::parse(text) }
    }

    /// The canonical form. Of a text that is not an address today, the [`spelling`].
    pub fn key(&self) -> &str {
        self.email.as_ref().map_or(&self.spelling, Email::key)
    }

    /// See [`spelling`].
    pub fn spelling(&self) -> &str {
        &self.spelling
    }

    /// See [`key_of_stored`]: attempts to sign in are counted by it.
    pub fn seen(&self) -> &str {
        &self.seen
    }

    /// The fault of a text that is not an address today.
    pub fn fault(&self) -> Option<&ValidationError> {
        self.email.as_ref().err()
    }
}

/// The key by which earlier versions told addresses apart. Where two accounts have one address, the second
/// is found by it.
pub fn spelling(text: &str) -> String {
    text.trim().to_lowercase()
}

/// The canonical form of an address that any version may have stored: what today's rules refuse is
/// left out of it, so that an account with an invisible character has the address that people see.
pub fn key_of_stored(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_unidentifying(*c)).collect();
    Email::parse(&visible).map_or_else(|_| fold(&visible), |email| email.key().to_owned())
}

/// Returns the domain in Unicode if it has labels in Punycode, and the text is one or an address.
pub(crate) fn in_unicode(text: &str) -> Cow<'_, str> {
    let at = text.rfind('@').map_or(0, |at| at + 1);
    if !text[at..].to_ascii_lowercase().contains("xn--") {
        return Cow::Borrowed(text);
    }
    let (unicode, valid) =
        Uts46::new().to_unicode(&text.as_bytes()[at..], AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    if valid.is_ok() { Cow::Owned(format!("{}{unicode}", &text[..at])) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_before_has_the_form_that_people_see() {
        for (stored, seen) in [
            ("ann\u{200B}@example.com", "ann@example.com"),
            ("Ann@exam\u{AD}ple.com", "ann@example.com"),
            ("\u{202E}ann@example.com", "ann@example.com"),
            ("ann\u{10FFFF}@xn--bcher-kva.example", "ann@bücher.example"),
            ("Ann@127.0.0.1", "ann@127.0.0.1"),
        ] {
            assert_eq!(key_of_stored(stored), seen);
        }
    }

    #[test]
    fn a_look_up_has_the_key_of_today_and_the_spelling_of_before() {
        let found = Lookup::of(" ΣΑΣ@Bücher.example ");
        assert_eq!((found.key(), found.spelling()), ("σασ@bücher.example", "σας@bücher.example"));
        let refused = Lookup::of("Ann\u{200B}@example.com");
        assert_eq!(
            (refused.key(), refused.spelling()),
            ("ann\u{200B}@example.com", "ann\u{200B}@example.com")
        );
        assert_eq!((found.seen(), refused.seen()), ("σασ@bücher.example", "ann@example.com"));
        assert_eq!(refused.fault().unwrap().code, "characters");
    }

    #[test]
    fn domains_in_punycode_are_searched_in_unicode() {
        for (typed, searched) in [
            ("info@XN--bcher-kva.example", "info@bücher.example"),
            ("xn--bcher-kva.example", "bücher.example"),
            ("@xn--bcher-kva.example", "@bücher.example"),
            ("xn--", "xn--"),
            ("ann", "ann"),
        ] {
            assert_eq!(in_unicode(typed), searched);
        }
    }

    #[test]
    fn every_spelling_leads_to_the_canonical_form() {
        for text in [
            "ΣΑΣ@example.com",
            "İpek@example.com",
            "JU\u{308}RGEN@Bücher.example",
            "STRAẞE@xn--fa-hia.example",
            "ａｎｎ@ｅｘａｍｐｌｅ。com",
            "Ann@İ.example",
        ] {
            let key = Email::parse(text).unwrap().key().to_owned();
            assert_eq!(key_of_stored(text), key);
            assert_eq!(Lookup::of(&spelling(text)).key(), key, "{text}: its spelling is another address");
        }
    }
}

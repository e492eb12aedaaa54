//! E-mail addresses. The only way to have an [`Email`] is to parse one.
//!
//! An address has one canonical form, its [key](Email::key): what is compared, unique and looked up.
//! What was typed is kept beside it, for showing and sending. Decision 0028 has the reasons.

use std::borrow::Cow;

use icu_normalizer::uts46::Uts46MapperBorrowed;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use validator::ValidationError;

use crate::{
    form::fault,
    text::{is_mark, is_unidentifying, trim},
};

/// Maximum length of an address in SMTP, in bytes, with its domain in ASCII (RFC 5321 §4.5.3.1.3,
/// without the angle brackets).
pub const MAX_EMAIL: usize = 254;
/// Maximum length of the part before the `@`, in bytes (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL: usize = 64;
/// Characters that have a meaning in mail headers.
const SPECIALS: &str = "<>()[],;:\\\"@";
/// The dots that IDNA takes between labels.
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{FF0E}', '\u{FF61}'];

/// An address as the person typed it, less invisible characters around it, and its canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    text: String,
    key: String,
}

impl Serialize for Email {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(to)
    }
}

impl Email {
    /// # Errors
    /// `required`, `too_long`, `characters` or `email`, each with a sentence for the page.
    pub fn parse(text: &str) -> Result<Self, ValidationError> {
        let text = trim(text);
        check_length(text)?;
        refuse_unidentifying(text)?;
        check_outline(text)?;
        let (local, domain) = text.rsplit_once('@').ok_or_else(malformed)?;
        let key = fold(local);
        let composed: String = local.nfc().collect();
        if composed.len() > MAX_LOCAL || key.starts_with(is_mark) || !is_local(&key) {
            return Err(malformed());
        }
        let Domain { ascii, unicode } = Domain::parse(domain)
            .ok_or_else(|| fault("email", "Enter a domain like example.com after the @"))?;
        refuse_unidentifying(&unicode)?;
        if composed.len() + 1 + ascii.len() > MAX_EMAIL {
            return Err(too_long());
        }
        Ok(Self { text: text.to_owned(), key: format!("{key}@{unicode}") })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the canonical form, which is compared, unique and looked up. Before the `@`: NFKC and
    /// full case folding. Behind it: the domain by UTS 46, in Unicode.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// A domain in its two forms by UTS 46.
struct Domain {
    ascii: String,
    unicode: String,
}

impl Domain {
    /// Returns `None` for a label that IDNA refuses, a name without a dot, and an IP address.
    fn parse(typed: &str) -> Option<Self> {
        let (rules, denied, hyphens) = (Uts46::new(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
        let ascii = rules.to_ascii(typed.as_bytes(), denied, hyphens, DnsLength::Verify).ok()?;
        let (_, top) = ascii.rsplit_once('.')?;
        if top.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (unicode, valid) = rules.to_unicode(ascii.as_bytes(), denied, hyphens);
        valid.ok()?;
        Some(Self { unicode: unicode.into_owned(), ascii: ascii.into_owned() })
    }
}

/// The canonical form of the part before the `@`.
///
/// The mapping of UTS 46 is NFKC with case folding, except for the letters that a domain keeps apart:
/// `ß` and `ς` are folded here as well. A dot over an `i` cannot be seen, since the letter has one: so
/// `İ` is `i`. The dotless `ı` is another letter, as in Unicode's case folding.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mapped: String = Uts46MapperBorrowed::new().map_normalize(text.chars()).collect();
    mapped.replace('ß', "ss").replace('ς', "σ").replace("i\u{307}", "i").nfc().collect()
}

/// Validates an address, in the signature that `validator` expects.
///
/// # Errors
/// Those of [`Email::parse`].
pub fn check(text: &str) -> Result<(), ValidationError> {
    Email::parse(text).map(|_| ())
}

/// Validates the outline of an address: the part of the rules that needs no tables, for the browser and
/// for the look-up of addresses that were stored before today's rules.
///
/// # Errors
/// `required`, `too_long` or `email`, each with a sentence for the page.
pub fn check_shape(text: &str) -> Result<(), ValidationError> {
    let text = trim(text);
    check_length(text)?;
    check_outline(text)
}

fn check_length(text: &str) -> Result<(), ValidationError> {
    if text.is_empty() {
        return Err(fault("required", "Enter an e-mail address"));
    }
    if text.chars().take(MAX_EMAIL + 1).count() > MAX_EMAIL { Err(too_long()) } else { Ok(()) }
}

fn check_outline(text: &str) -> Result<(), ValidationError> {
    let (local, domain) = text.rsplit_once('@').ok_or_else(malformed)?;
    let label_fits = |label: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || !c.is_ascii();
        !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.chars().all(fits)
    };
    let domain_fits = domain.contains(DOTS) && domain.split(DOTS).all(label_fits);
    if is_local(local) && domain_fits { Ok(()) } else { Err(malformed()) }
}

/// Loose about the part before the `@`, which only its owner's server can judge, and strict about
/// what would break a header, a log line or a list.
fn is_local(text: &str) -> bool {
    let plain = |c: char| !matches!(c, ' ' | '\u{FFFD}') && !c.is_ascii_control() && !SPECIALS.contains(c);
    !text.is_empty()
        && text.chars().all(plain)
        && !text.starts_with('.')
        && !text.ends_with('.')
        && !text.contains("..")
}

fn refuse_unidentifying(text: &str) -> Result<(), ValidationError> {
    // A plain space is seen in the field, and breaks the outline.
    let Some(c) = text.chars().find(|c| *c != ' ' && is_unidentifying(*c)) else { return Ok(()) };
    let point = u32::from(c);
    let message = format!("Remove U+{point:04X}: an address has no invisible or special characters");
    Err(ValidationError::new("characters").with_message(Cow::Owned(message)))
}

fn malformed() -> ValidationError {
    fault("email", "Enter an e-mail address like name@example.com")
}

fn too_long() -> ValidationError {
    fault("too_long", "An e-mail address has at most 254 characters")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> String {
        Email::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}")).key
    }

    fn code(text: &str) -> String {
        Email::parse(text).map_or_else(|fault| fault.code.to_string(), |email| format!("taken: {email:?}"))
    }

    #[test]
    fn addresses_that_people_have_are_taken() {
        for text in [
            "a@b.co",
            " Ann.O'Neil+shop@Example.com ",
            "用户@例子.广告",
            "x_y-z@sub.domain.example",
            "ann@r3---sn.example.com",
            "ann@faß.example",
            "!#$%&'*+-/=?^_`{|}~@example.com",
            "نامه@مثال.example",
            "അനു@example.com",
            "ann@i❤.example",
        ] {
            assert!(Email::parse(text).is_ok(), "{text}: {}", code(text));
        }
        assert_eq!(key(" Ann@Example.com "), "ann@example.com");
    }

    #[test]
    fn what_was_typed_is_kept_without_what_is_not_seen_around_it() {
        for (typed, kept) in [
            (" Jürgen@Bücher.example\n", "Jürgen@Bücher.example"),
            ("\u{FEFF}ann@example.com\u{200B}", "ann@example.com"),
            ("\u{202A}ann@example.com\u{202C}\u{A0}", "ann@example.com"),
            ("\u{AD}ann@xn--bcher-kva.example\u{2800}", "ann@xn--bcher-kva.example"),
        ] {
            assert_eq!(Email::parse(typed).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn one_address_however_it_is_typed_has_one_key() {
        for (one, other) in [
            ("ΣΑΣ@example.com", "σασ@example.com"),
            ("σας@example.com", "σασ@example.com"),
            ("İpek@example.com", "ipek@example.com"),
            ("I\u{307}pek@example.com", "i\u{307}pek@example.com"),
            ("İPEK@example.com", "i\u{307}pek@example.com"),
            ("JÜRGEN@example.com", "ju\u{308}rgen@example.com"),
            ("Straße@example.com", "STRASSE@example.com"),
            ("STRAẞE@example.com", "strasse@example.com"),
            ("ａｎｎ@example.com", "ANN@example.com"),
            ("ﬁona@example.com", "FIONA@example.com"),
            ("Ꭰ@example.com", "ꭰ@example.com"),
            ("\u{1100}\u{1161}@example.com", "가@example.com"),
            ("info@Bücher.example", "info@xn--bcher-kva.example"),
            ("info@BU\u{308}CHER.example", "INFO@XN--BCHER-KVA.EXAMPLE"),
            ("info@ｅｘａｍｐｌｅ。com", "info@example.com"),
            ("info@例子.广告", "info@xn--fsqu00a.xn--4rr70v"),
            ("info@faß.example", "info@xn--fa-hia.example"),
            ("jürgen@Bücher.example", "JU\u{308}RGEN@xn--bcher-kva.example"),
        ] {
            assert_eq!(key(one), key(other), "{one}");
            assert_eq!(key(&key(one)), key(one), "{one}: not at rest");
        }
    }

    #[test]
    fn other_letters_and_other_domains_are_other_addresses() {
        for (one, other) in [
            ("ılgın@b.co", "ilgin@b.co"),
            ("jurgen@b.co", "jürgen@b.co"),
            ("lukasz@b.co", "łukasz@b.co"),
            ("ann@faß.example", "ann@fass.example"),
            ("ann@xn--fa-hia.example", "ann@fass.example"),
            ("ann+shop@b.co", "ann@b.co"),
            ("a.nn@b.co", "ann@b.co"),
        ] {
            assert_ne!(key(one), key(other), "{one}");
        }
    }

    #[test]
    fn characters_that_identify_nothing_are_refused_and_named() {
        for c in [
            '\u{0}',
            '\u{7F}',
            '\u{85}',
            '\u{A0}',
            '\u{AD}',
            '\u{34F}',
            '\u{61C}',
            '\u{115F}',
            '\u{1160}',
            '\u{17B4}',
            '\u{180B}',
            '\u{180E}',
            '\u{2003}',
            '\u{200B}',
            '\u{200C}',
            '\u{200D}',
            '\u{200E}',
            '\u{2028}',
            '\u{202E}',
            '\u{2060}',
            '\u{2066}',
            '\u{206F}',
            '\u{2800}',
            '\u{3000}',
            '\u{3164}',
            '\u{E000}',
            '\u{FDD0}',
            '\u{FE0F}',
            '\u{FEFF}',
            '\u{FFA0}',
            '\u{FFF9}',
            '\u{FFFC}',
            '\u{FFFD}',
            '\u{FFFF}',
            '\u{378}',
            '\u{1D159}',
            '\u{1D173}',
            '\u{E0001}',
            '\u{E0041}',
            '\u{E0100}',
            '\u{F0000}',
            '\u{10FFFF}',
        ] {
            for text in
                [format!("an{c}n@example.com"), format!("ann{c}@example.com"), format!("ann@exam{c}ple.com")]
            {
                let fault = Email::parse(&text).unwrap_err();
                assert_eq!(fault.code, "characters", "{}", text.escape_unicode());
                assert!(fault.message.unwrap().contains(&format!("U+{:04X}", u32::from(c))));
            }
        }
        // A zero-width non-joiner behind the Punycode of a Persian name.
        assert_eq!(
            code("ann@xn--mgba3gch31f060k.example"),
            code("ann@\u{646}\u{627}\u{645}\u{647}\u{200C}\u{627}\u{6CC}.example")
        );
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        let long_label = format!("ann@{}.com", "a".repeat(64));
        let long_domain = format!("ann@{}com", "abcdefghi.".repeat(26));
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
            "ann@example-.com",
            "ann@example..com",
            "ann@example.com.",
            "ann@.example.com",
            "ann@exam_ple.com",
            ".ann@example.com",
            "ann.@example.com",
            "an..n@example.com",
            "ann\n@example.com",
            "ann@example.com\0",
            "ann\u{10FFFF}@example.com",
            "ann@\u{FDD0}.example",
            "a@b@example.com",
            "a\u{FE6B}b@example.com",
            "（ann）@example.com",
            "ann．．lee@example.com",
            "\u{301}ann@example.com",
            "<ann@example.com>",
            "ann@example.com,bob@example.com",
            "ann@127.0.0.1",
            "ann@[127.0.0.1]",
            "ann@[IPv6:::1]",
            "ann@1.2.3.256",
            "ann@example.123",
            "ann@xn--.example",
            "ann@xn--zzzzzzzz.example",
            "ann@xn--example-.com",
            "ann@xn--BCHER-kv.example",
            "ann@\u{301}a.example",
            "ann@אa.example",
            "ann@a\u{2260}b\u{FE12}.example",
            &long,
            &long_label,
            &long_domain,
        ] {
            assert!(Email::parse(text).is_err(), "{text:?}: {}", code(text));
        }
    }

    #[test]
    fn a_length_is_that_of_the_form_that_is_sent() {
        // 63 letters in ASCII, "xn--" and the digits of Punycode included.
        let domain = format!("{}.example", "ü".repeat(50));
        let ascii = Domain::parse(&domain).unwrap().ascii;
        for local in ["a".repeat(64), "é".repeat(32), "e\u{301}".repeat(32)] {
            assert_eq!(key(&format!("{local}@{domain}")), key(&format!("{local}@{ascii}")));
        }
        assert_eq!(code(&format!("{}@b.co", "é".repeat(33))), "email");
        assert_eq!(code(&format!("{}@b.co", "x".repeat(10_000))), "too_long");
    }

    #[test]
    fn the_browser_refuses_nothing_that_the_server_takes() {
        for text in
            ["a@b.co", "用户@例子.广告", "info@ｅｘａｍｐｌｅ。com", "ann@xn--bcher-kva.example\u{200B}"]
        {
            assert!(check(text).is_ok() && check_shape(text).is_ok(), "{text}");
        }
        for text in ["", "ann", "ann@localhost", "a b@example.com", "ann@example..com", "ann@-example.com"] {
            assert!(check_shape(text).is_err(), "{text}");
        }
    }
}

//! Search by words: folds text so that its spellings meet, and splits names and addresses into the
//! words that a search may begin with.
//!
//! The server stores the [`words`] of each row and looks for those that begin with the words of the
//! query. Both sides pass through [`fold`], so the two databases, which fold differently or not at
//! all, only compare bytes.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use uuid::Uuid;

use crate::{
    email_lookup::in_unicode,
    schema::{schemas, text},
    text::is_hidden,
};

/// The longest word that is stored or looked for, in characters. A longer one is cut on both sides.
pub const MAX_WORD: usize = 100;
/// The most words of a name, and the most of an address.
const MAX_WORDS: usize = 32;

/// Returns `text` in the form that names are sorted and found by.
///
/// Case folding (final sigma is a sigma, `ß` is `ss`), compatibility forms (full width, ligatures),
/// no accents, stroked letters without their strokes, one kind of apostrophe and of hyphen, runs of
/// white space as one space. Neither `%`, `_` nor `\` is left, so the result can stand in a `LIKE`
/// pattern as it is.
pub fn fold(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .@+-'".contains(&byte)) {
        return joined(&text.to_ascii_lowercase());
    }
    let plain = text.nfkd().filter(|c| !is_combining_mark(*c) && !is_ignorable(*c));
    joined(&plain.flat_map(|c| unstroked(c).chars().chain(alone(c))).collect::<String>())
}

fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for part in text.split_whitespace() {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(part);
    }
    joined
}

/// Takes no space and has no meaning of its own, so people neither see nor type it.
fn is_ignorable(c: char) -> bool {
    (is_hidden(c) && !c.is_whitespace()) || matches!(c, '\u{AD}' | '\u{200C}' | '\u{200D}')
}

/// The case-folded character; nothing if [`unstroked`] replaces it.
///
/// By way of upper case, which is what brings `ς` and `σ`, `ſ` and `s`, `ß` and `ss` together; and of lower
/// case before that, for the capital `ẞ`.
fn alone(c: char) -> impl Iterator<Item = char> {
    let kept = if unstroked(c).is_empty() { Some(c) } else { None };
    kept.into_iter().flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// Replaces letters that Unicode does not decompose, and characters that are typed for one another.
const fn unstroked(c: char) -> &'static str {
    match c {
        'ł' | 'Ł' | 'ƚ' | 'Ƚ' => "l",
        'ø' | 'Ø' | 'ɵ' | 'Ɵ' => "o",
        'đ' | 'Đ' | 'ð' | 'Ð' | 'ɖ' | 'Ɖ' => "d",
        'ħ' | 'Ħ' => "h",
        'ŧ' | 'Ŧ' | 'ⱦ' | 'Ⱦ' => "t",
        'ı' | 'ɨ' | 'Ɨ' => "i",
        'ƶ' | 'Ƶ' => "z",
        'ƀ' | 'Ƀ' => "b",
        'ȼ' | 'Ȼ' => "c",
        'ɇ' | 'Ɇ' => "e",
        'ǥ' | 'Ǥ' => "g",
        'ɉ' | 'Ɉ' => "j",
        'ĸ' => "k",
        'ɍ' | 'Ɍ' => "r",
        'ʉ' | 'Ʉ' => "u",
        'ɏ' | 'Ɏ' => "y",
        'ⱥ' | 'Ⱥ' => "a",
        'ŋ' | 'Ŋ' => "n",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'þ' | 'Þ' => "th",
        '‘' | '’' | 'ʼ' | 'ʻ' | '`' => "'",
        '‐' | '‒' | '–' | '—' | '―' | '−' | '_' | '%' | '\\' => "-",
        _ => "",
    }
}

/// The words that a person is found by, in byte order, each once.
///
/// Those of the name, those of the part before the `@`, the domain and its labels but the last.
/// Each runs on to the end of its name or address: `lee1@example.com` is found by `lee` and by
/// `lee1@ex`, and `Jean-Luc` is the words `jean-luc` and `luc`. `email` is the canonical form of an address.
pub fn words(name: &str, email: &str) -> Vec<String> {
    let name = fold(name);
    let mut words: Vec<String> = name.split(' ').flat_map(begins).take(MAX_WORDS).collect();
    let email = fold(email).replace(' ', "-");
    // The last label is left out: half of all addresses would be found by it.
    let last = email.rfind('.').map_or(email.len(), |dot| dot + 1);
    let addresses = begins(&email).filter(|word| email.len() - word.len() != last);
    words.extend(addresses.take(MAX_WORDS));
    for word in &mut words {
        *word = cut(word, MAX_WORD).to_owned();
    }
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    words.dedup();
    words
}

/// The ends of `text` that begin with a letter or digit behind something else, and all of it.
fn begins(text: &str) -> impl Iterator<Item = String> {
    let mut before = ' ';
    text.char_indices()
        .filter(move |(at, c)| {
            let begins = *at == 0 || (c.is_alphanumeric() && !before.is_alphanumeric());
            before = *c;
            begins
        })
        .map(move |(at, _)| text[at..].to_owned())
}

/// The first `most` characters.
pub fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

/// The words of a query, in byte order. Each has to begin one of a row's words.
///
/// One that begins another is left out, since it matches wherever the longer one does. That also
/// makes the words of a query stand in the same order as the words of a row that they begin. Domains
/// in Punycode become Unicode, as they are stored.
pub fn query_words(text: &str) -> Vec<String> {
    let folded = fold(&text.split_whitespace().map(in_unicode).collect::<Vec<_>>().join(" "));
    let mut words: Vec<&str> = folded
        .split(' ')
        .map(|word| word.strip_prefix('@').filter(|rest| !rest.is_empty()).unwrap_or(word))
        .map(|word| cut(word, MAX_WORD))
        .filter(|word| !word.is_empty())
        .collect();
    words.sort_unstable();
    let is_last_of_its_beginning =
        |at: &usize| words.get(at + 1).is_none_or(|next| !next.starts_with(words[*at]));
    (0..words.len()).filter(is_last_of_its_beginning).map(|at| words[at].to_owned()).collect()
}

/// The least text that comes after every text beginning with `prefix`, by bytes; `None` if no text
/// does.
pub fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut kept = prefix.to_owned();
    while let Some(last) = kept.pop() {
        // Between U+D7FF and U+E000 there are no characters.
        let next = if last == '\u{D7FF}' { Some('\u{E000}') } else { char::from_u32(last as u32 + 1) };
        if let Some(next) = next {
            kept.push(next);
            return Some(kept);
        }
    }
    None
}

/// Maximum length of a search text, in characters.
pub const MAX_SEARCH: usize = 100;

/// Text to search for, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Search(String);

impl Search {
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.chars().take(MAX_SEARCH + 1).count() > MAX_SEARCH {
            return Err("must have at most 100 characters");
        }
        if text.chars().any(char::is_control) {
            return Err("cannot contain control characters");
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folded words, each of which has to begin a word of what is found: see [`query_words`].
    pub fn words(&self) -> Vec<String> {
        query_words(&self.0)
    }

    /// The id, if the text is one as pages and API show it.
    pub fn id(&self) -> Option<Uuid> {
        if self.0.len() == uuid::fmt::Hyphenated::LENGTH { Uuid::parse_str(&self.0).ok() } else { None }
    }
}

impl<'de> Deserialize<'de> for Search {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

schemas! {
    Search = text(json!("ann"))
        .max_length(Some(MAX_SEARCH))
        .description(Some("The beginning of an e-mail address or a name, without case or accents."));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_folded_into_one() {
        for (typed, folded) in [
            ("Łukasz", "lukasz"),
            ("Søren Ærø", "soren aero"),
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("STRAẞE", "strasse"),
            ("Γιώργος", "γιωργοσ"),
            ("ΓΙΩΡΓΟΣ", "γιωργοσ"),
            ("ΣΑΣ", "σασ"),
            ("İpek IŞIK ışık", "ipek isik isik"),
            ("  João\t  da Silva ", "joao da silva"),
            ("ＡＮＮ", "ann"),
            ("ﬁona", "fiona"),
            ("O’Neil", "o'neil"),
            ("Jean‐Luc", "jean-luc"),
            ("100%_\\", "100---"),
            ("an\u{AD}n\u{200D}", "ann"),
            ("李小龍", "李小龍"),
        ] {
            assert_eq!(fold(typed), folded, "{typed}");
            assert_eq!(fold(&fold(typed)), folded, "{typed}: not at rest");
        }
    }

    #[test]
    fn a_person_is_found_by_the_words_of_their_name_and_address() {
        assert_eq!(
            words("Harry Evans", "harry.evans@mail.example.com"),
            [
                "evans",
                "evans@mail.example.com",
                "example.com",
                "harry",
                "harry.evans@mail.example.com",
                "mail.example.com"
            ]
        );
        assert_eq!(words("Jean-Luc O’Neil", "x@b.co").len(), 6);
        assert_eq!(words("(Ann)", "用户@例子.广告"), ["(ann)", "ann)", "例子.广告", "用户@例子.广告"]);
    }

    #[test]
    fn words_are_bounded_whatever_a_name_is_made_of() {
        let words = words(&"\u{FDFA}".repeat(100), &format!("{}@{}.co", "a-".repeat(32), "b".repeat(63)));
        assert!(words.len() <= 2 * MAX_WORDS && words.iter().all(|word| word.chars().count() <= MAX_WORD));
    }

    #[test]
    fn a_query_has_the_words_that_matter() {
        assert_eq!(query_words(" Javier  RODRÍGUEZ "), ["javier", "rodriguez"]);
        assert_eq!(query_words("ann an anna lee"), ["anna", "lee"]);
        assert_eq!(query_words("@example.com"), ["example.com"]);
        assert_eq!(query_words("@"), ["@"]);
        assert_eq!(query_words("ann info@xn--bcher-kva.example"), ["ann", "info@bucher.example"]);
        assert_eq!(query_words(" \u{301}"), [""; 0]);
    }

    #[test]
    fn what_begins_with_a_prefix_is_before_its_end() {
        for (prefix, end) in [
            ("ann", Some("ano")),
            ("a\u{10FFFF}", Some("b")),
            ("\u{D7FF}", Some("\u{E000}")),
            ("\u{10FFFF}", None),
            ("", None),
        ] {
            assert_eq!(end_of_prefix(prefix).as_deref(), end, "{prefix:?}");
        }
        assert!("ann\u{10FFFF}" < end_of_prefix("ann").unwrap().as_str());
    }

    #[test]
    fn a_search_has_words_without_case_or_accents_or_is_an_id() {
        assert_eq!(Search::parse(" Amé ROUX").unwrap().words(), ["ame", "roux"]);
        let id = "01a2033b-b2df-7000-8000-000000000001";
        assert_eq!(Search::parse(id).unwrap().id().map(|id| id.to_string()).as_deref(), Some(id));
        assert_eq!(Search::parse("01a2033b").unwrap().id(), None);
        assert!(Search::parse(&"x".repeat(101)).is_err());
        assert!(Search::parse("a\0b").is_err());
    }
}

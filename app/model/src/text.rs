//! Characters of text that people type: the visible ones, and those that are refused.
//!
//! Categories of characters come from Unicode's tables. The browser's part of the rules, in
//! [`is_hidden`] and [`trim`], does without the large ones.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup},
};

/// Symbols by their category that are drawn as nothing: the Braille pattern without dots, and the musical
/// null notehead.
const EMPTY: [char; 2] = ['\u{2800}', '\u{1D159}'];
/// Stand-ins for what could not be decoded or embedded.
const STAND_INS: [char; 2] = ['\u{FFFC}', '\u{FFFD}'];

const DRAWN: GeneralCategoryGroup = GeneralCategoryGroup::Letter
    .union(GeneralCategoryGroup::Number)
    .union(GeneralCategoryGroup::Punctuation)
    .union(GeneralCategoryGroup::Symbol);

/// Removes invisible characters from both ends, as they come with pasted text: white space, zero-width
/// characters, marks of direction, fillers. Control characters stay, so that they are refused.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || EMPTY.contains(&c) || is_default_ignorable(c)
}

fn is_default_ignorable(c: char) -> bool {
    // All of ASCII is drawn or a control character.
    !c.is_ascii() && CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Returns true if the text has a character that is drawn by itself. White space, fillers, characters
/// that Unicode says to ignore, and combining marks without a letter are not.
pub(crate) fn has_visible(text: &str) -> bool {
    text.chars().any(|c| DRAWN.contains(category(c)) && !is_blank(c))
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// Returns true for a combining mark, which is drawn on the character before it.
pub(crate) fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(category(c))
}

/// Returns true if the character cannot identify anything: it is not drawn, looks different on each
/// system, or may get case or a decomposition with a later version of Unicode. That is white space,
/// control and format characters, variation selectors and fillers, private use, unassigned.
pub(crate) fn is_unidentifying(c: char) -> bool {
    is_blank(c)
        || is_noncharacter(c)
        || STAND_INS.contains(&c)
        || GeneralCategoryGroup::Other.contains(category(c))
        || GeneralCategoryGroup::Separator.contains(category(c))
}

/// Returns true if the text can be a label, on one line: without hidden characters, and with a visible one
/// unless it is empty.
pub(crate) fn is_line(text: &str) -> bool {
    !text.chars().any(is_hidden) && is_empty_or_visible(text)
}

/// As [`is_line`], for text that may have several lines.
pub(crate) fn is_block(text: &str) -> bool {
    let refused = |c: char| (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || is_noncharacter(c);
    !text.chars().any(refused) && is_empty_or_visible(text)
}

fn is_empty_or_visible(text: &str) -> bool {
    text.trim().is_empty() || has_visible(text)
}

/// Control characters, noncharacters, and the ones that reorder or hide text and so make one name look
/// like another (bidirectional overrides, zero-width spaces). Joiners stay: scripts need them.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || is_noncharacter(c)
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Reserved by Unicode for internal use, never for exchange: U+FDD0–U+FDEF and the last two of each
/// plane.
const fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{FDD0}'..='\u{FDEF}') || c as u32 & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_drawn_is_not_visible() {
        for invisible in [
            "",
            " \t\u{A0}\u{3000}\u{1680}",
            "\u{2800}",
            "\u{3164}",
            "\u{FFA0}",
            "\u{115F}\u{1160}",
            "\u{301}",
            "\u{20DD}",
            "\u{AD}",
            "\u{34F}",
            "\u{61C}",
            "\u{17B4}\u{17B5}",
            "\u{180B}\u{180E}",
            "\u{200C}\u{200D}",
            "\u{FE0F}",
            "\u{1D159}",
            "\u{1D173}",
            "\u{E0041}\u{E0100}",
            "\u{E000}",
            "\u{10FFFF}",
        ] {
            assert!(!has_visible(invisible), "{}", invisible.escape_unicode());
        }
        for visible in ["a", ".", "é", "e\u{301}", "李", "نام", "❤\u{FE0F}", "👨\u{200D}👩", "2", "€"]
        {
            assert!(has_visible(visible), "{visible}");
        }
    }

    #[test]
    fn a_label_is_one_line_and_a_block_may_be_several() {
        for (text, line, block) in [
            ("", true, true),
            ("  ", true, true),
            ("a", true, true),
            ("a\nb", false, true),
            ("a\0", false, false),
            ("\u{3164}", false, false),
            ("\u{200B}", false, false),
            ("a\u{FFFE}", false, false),
            ("a\u{202E}b", false, true),
        ] {
            assert_eq!((is_line(text), is_block(text)), (line, block), "{}", text.escape_unicode());
        }
    }

    #[test]
    fn pasted_text_is_trimmed_of_what_is_not_seen() {
        for pasted in [
            "\u{FEFF}ann",
            "ann\u{200B}",
            " \u{200E}\u{202A}ann\u{202C}\u{A0}\n",
            "\u{AD}ann\u{3164}\u{2800}",
        ] {
            assert_eq!(trim(pasted), "ann", "{}", pasted.escape_unicode());
        }
        for kept in ["ann\0", "\u{FFFE}ann", "an\u{200B}n", "\u{301}ann"] {
            assert_eq!(trim(kept), kept, "{}", kept.escape_unicode());
        }
    }
}

//! Text in tables that spreadsheets open.

use std::borrow::Cow;

use crate::text::is_blank;

/// Characters that begin a formula in some spreadsheet: also full-width ones, which programs in East Asian
/// languages read as the narrow ones, small ones, and the minus sign.
const FORMULA: [char; 13] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−'];
/// Characters at which some program splits a line into cells. It may ignore our quotes: it does if the cell before
/// has them and another separator is expected.
const SEPARATORS: [char; 6] = [',', ';', '|', '\t', '\r', '\n'];

/// The text with an apostrophe before everything that a spreadsheet could take for a formula, which makes it
/// text: at its beginning and behind a separator, also after white space and invisible characters. It does not depend
/// on the separator of the file.
pub fn defused(text: &str) -> Cow<'_, str> {
    if !text.contains(FORMULA) && !text.starts_with(['\t', '\r', '\n']) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 1);
    // The beginning of the present cell, as long as only characters have come that do not count.
    let mut cell = Some(0);
    for c in text.chars() {
        if let Some(start) = cell {
            let is_lost = start == 0 && matches!(c, '\t' | '\r' | '\n');
            if FORMULA.contains(&c) || is_lost {
                safe.insert(start, '\'');
                cell = None;
            } else if !(is_blank(c) || c.is_control() || c == '"') {
                cell = None;
            }
        }
        safe.push(c);
        if SEPARATORS.contains(&c) {
            cell = Some(safe.len());
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_could_be_a_formula_is_text() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+49 30 1", "'+49 30 1"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠A", "'＠A"),
            ("−1", "'−1"),
            ("\t=1", "'\t'=1"),
            ("\r1", "'\r1"),
            ("\n=1", "'\n'=1"),
            (" =1", "' =1"),
            ("\u{a0}\u{200b}\u{feff}=1", "'\u{a0}\u{200b}\u{feff}=1"),
            ("\0=1", "'\0=1"),
            ("\"=1", "'\"=1"),
            ("x;=cmd", "x;'=cmd"),
            ("x; \"=cmd", "x;' \"=cmd"),
            ("x,+1;-2|@3\t＝4\n=5", "x,'+1;'-2|'@3\t'＝4\n'=5"),
        ] {
            assert_eq!(defused(text), cell, "{}", text.escape_debug());
        }
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for text in ["", "Ann = Bob", "Anne-Marie", "ann@example.com", "A, \"B\"", "'=1", "a;b - c", "1e5"] {
            assert_eq!(defused(text), text);
        }
    }
}

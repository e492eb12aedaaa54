//! Characters that no text of a form may contain.

/// Control characters, noncharacters, and the ones that reorder or hide text and so make one name look
/// like another (bidirectional overrides, zero-width spaces). Joiners stay: scripts need them.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || is_noncharacter(c)
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Reserved by Unicode for internal use, never for exchange: U+FDD0–U+FDEF and the last two of each
/// plane.
pub(crate) const fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{FDD0}'..='\u{FDEF}') || c as u32 & 0xFFFE == 0xFFFE
}

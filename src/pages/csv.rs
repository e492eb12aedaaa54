//! Files of comma-separated values, for spreadsheets as well as programs.

use std::fmt::Write as _;

use frontdesk_model::spreadsheet::defused;

/// Byte order mark. Without it Excel does not read a file as UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A cell. Text is always in quotes, whatever it contains, so that no program has to guess its type; a number
/// never is.
pub enum Cell<'a> {
    Text(&'a str),
    Number(String),
}

/// Appends a row.
pub fn row(file: &mut String, cells: &[Cell<'_>]) {
    for (place, cell) in cells.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        // Writing to a `String` cannot fail.
        let _ = match cell {
            Cell::Text(text) => write!(file, "{comma}\"{}\"", defused(text).replace('"', "\"\"")),
            Cell::Number(number) => write!(file, "{comma}{number}"),
        };
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_in_quotes_and_no_formula_and_a_number_is_neither() {
        let mut file = String::new();
        row(
            &mut file,
            &[Cell::Text("A, \"B\""), Cell::Text("=1"), Cell::Text("12"), Cell::Number("-1.50".to_owned())],
        );
        assert_eq!(file, "\"A, \"\"B\"\"\",\"'=1\",\"12\",-1.50\r\n");
    }
}

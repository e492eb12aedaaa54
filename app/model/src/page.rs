//! Pages of a list, and the cursors between them.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Code, Problem, search::cut};

/// Default number of rows on a page.
pub const DEFAULT_LIMIT: u32 = 20;
/// Maximum number of rows on a page.
pub const MAX_LIMIT: u32 = 100;

/// Number of rows on a page: 1 to 100, by default 20.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Limit(u32);

impl Limit {
    pub fn new(rows: u32) -> Option<Self> {
        (1..=MAX_LIMIT).contains(&rows).then_some(Self(rows))
    }

    pub fn rows(self) -> usize {
        self.0 as usize
    }

    /// One row more than the page shows: its presence tells that there is another page.
    pub fn probe(self) -> i64 {
        i64::from(self.0) + 1
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(DEFAULT_LIMIT)
    }
}

impl<'de> Deserialize<'de> for Limit {
    /// Accepts a number (JSON) or its digits (query string).
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(u32),
            Digits(String),
        }
        let rows = match Either::deserialize(from) {
            Ok(Either::Number(rows)) => Some(rows),
            Ok(Either::Digits(text)) => text.parse().ok(),
            Err(_) => None,
        };
        rows.and_then(Self::new).ok_or_else(|| serde::de::Error::custom("must be a number from 1 to 100"))
    }
}

/// One page of a list, with the way to its neighbours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Leads to the rows after these; `null` on the last page.
    pub next: Option<String>,
    /// Leads to the rows before these; `null` on the first page.
    pub prev: Option<String>,
}

impl<T> Page<T> {
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next, prev: self.prev }
    }

    /// Builds a page from the `rows` that a statement returned for `limit.probe()`, in the order of the
    /// scan. `from` is the start of the scan, `place` returns a row's position in the list.
    pub fn of_probe(
        mut rows: Vec<T>,
        limit: Limit,
        list: &str,
        from: Option<&Cursor>,
        place: impl Fn(&T) -> (Key, Uuid),
    ) -> Self {
        let more = rows.len() > limit.rows();
        rows.truncate(limit.rows());
        let backwards = from.is_some_and(|cursor| cursor.backwards);
        if backwards {
            rows.reverse();
        }
        let at = |row: Option<&T>, backwards: bool| {
            row.map(|row| {
                let (key, id) = place(row);
                Cursor { list: list.to_owned(), key, id, backwards }.encode()
            })
        };
        // There are always rows on the side that the scan came from; ahead there are some if the probe
        // found one.
        let (has_prev, has_next) = if backwards { (more, true) } else { (from.is_some(), more) };
        let prev = has_prev.then(|| at(rows.first(), true)).flatten();
        let next = has_next.then(|| at(rows.last(), false)).flatten();
        Self { items: rows, next, prev }
    }
}

/// Sort key of a row, in the types that a cursor can hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    Number(i64),
    Text(String),
}

impl From<i64> for Key {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// A position between two rows of a list, with a direction.
///
/// Opaque to clients, but neither secret nor signed: it contains only a position in a list that its
/// holder may read, and every use of it is authorized and validated like other input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The list with its sort and filters: a cursor is valid only in the list that it came from.
    #[serde(rename = "l")]
    pub list: String,
    #[serde(rename = "k")]
    pub key: Key,
    #[serde(rename = "i")]
    pub id: Uuid,
    #[serde(rename = "b")]
    pub backwards: bool,
}

/// Maximum length of an encoded cursor, in bytes.
const MAX_CURSOR: usize = 2_048;

/// The cursor is malformed, or belongs to a list with another sort or filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this cursor does not belong to this list")]
pub struct ForeignCursor;

impl From<ForeignCursor> for Problem {
    fn from(_: ForeignCursor) -> Self {
        Self::new(Code::InvalidCursor).fault("cursor", "foreign", "Start from the first page")
    }
}

/// The longest name of a list that a cursor holds as it is, in bytes.
const MAX_LIST: usize = 500;

/// The name of a list as its cursors hold it. A long one, which has a long search in it, is cut and
/// completed by a hash, so that every cursor that goes out is short enough to come back in.
fn list_in_cursor(name: &str) -> Cow<'_, str> {
    if name.len() <= MAX_LIST {
        return Cow::Borrowed(name);
    }
    // FNV-1a: cursors are not signed, and a list that has the hash of another is only a place in that one.
    let hash = name.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    Cow::Owned(format!("{}…{hash:016x}", cut(name, 100)))
}

impl Cursor {
    pub fn encode(&self) -> String {
        // Strings, numbers and a UUID always serialize.
        let cursor = Self { list: list_in_cursor(&self.list).into_owned(), ..self.clone() };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
    }

    /// # Errors
    /// [`ForeignCursor`] if it is forged, damaged, or from a list other than `list`.
    pub fn decode(text: &str, list: &str) -> Result<Self, ForeignCursor> {
        if text.len() > MAX_CURSOR {
            return Err(ForeignCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| ForeignCursor)?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| ForeignCursor)?;
        // PostgreSQL cannot bind a NUL as text, and no sort key contains one.
        let sound = cursor.list == list_in_cursor(list)
            && !matches!(&cursor.key, Key::Text(text) if text.contains('\0'));
        if sound { Ok(cursor) } else { Err(ForeignCursor) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(n: &i64) -> (Key, Uuid) {
        (Key::Number(*n), Uuid::nil())
    }

    fn page(rows: Vec<i64>, from: Option<Cursor>) -> Page<i64> {
        Page::of_probe(rows, Limit::new(2).unwrap(), "numbers", from.as_ref(), place)
    }

    #[test]
    fn pages_lead_to_their_neighbours() {
        let first = page(vec![1, 2, 3], None);
        assert_eq!(
            (first.items.as_slice(), first.prev.is_some(), first.next.is_some()),
            ([1, 2].as_slice(), false, true)
        );
        let cursor = Cursor::decode(&first.next.unwrap(), "numbers").unwrap();
        assert_eq!((cursor.key.clone(), cursor.backwards), (Key::Number(2), false));
        let last = page(vec![3], Some(cursor));
        assert_eq!((last.prev.is_some(), last.next.is_some()), (true, false));
        let back = Cursor::decode(&last.prev.unwrap(), "numbers").unwrap();
        let first_again = page(vec![2, 1], Some(back));
        assert_eq!(
            (first_again.items, first_again.prev.is_some(), first_again.next.is_some()),
            (vec![1, 2], false, true)
        );
    }

    #[test]
    fn a_forged_or_foreign_cursor_is_refused() {
        let good = Cursor { list: "numbers".into(), key: Key::Number(1), id: Uuid::nil(), backwards: false };
        assert_eq!(Cursor::decode(&good.encode(), "numbers"), Ok(good.clone()));
        let nul = Cursor { key: Key::Text("\0".into()), ..good.clone() };
        for text in ["", "AAAA", "%%%", &good.encode()[1..], &nul.encode(), &"A".repeat(5_000)] {
            assert_eq!(Cursor::decode(text, "numbers"), Err(ForeignCursor), "{text}");
        }
        assert_eq!(Cursor::decode(&good.encode(), "letters"), Err(ForeignCursor));
    }

    #[test]
    fn a_cursor_of_a_list_with_a_long_name_comes_back() {
        let list = format!("users:{}", "\u{1F600}\"".repeat(1_000));
        let cursor =
            Cursor { list: list.clone(), key: Key::Text("x".repeat(400)), id: Uuid::nil(), backwards: true };
        let text = cursor.encode();
        assert!(text.len() <= MAX_CURSOR);
        assert_eq!(Cursor::decode(&text, &list).map(|cursor| cursor.key), Ok(cursor.key));
        assert_eq!(Cursor::decode(&text, &format!("{list}x")), Err(ForeignCursor));
    }

    #[test]
    fn a_limit_is_a_number_from_1_to_100() {
        for (json, expected) in [
            ("1", Some(1)),
            ("\"100\"", Some(100)),
            ("0", None),
            ("101", None),
            ("-1", None),
            ("\"x\"", None),
        ] {
            assert_eq!(serde_json::from_str::<Limit>(json).ok().map(|l| l.rows()), expected, "{json}");
        }
    }
}

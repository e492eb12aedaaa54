//! Search by words.
//!
//! No index sorts the matches of a word by another column. So they are counted first, and the counting
//! stops at [`FEW`]. *Few* are gathered and sorted as asked. *Many* are walked in the order of their
//! words, which is that of the words' index. Either way one word of the query leads to the rows, the one
//! with the fewest matches, and the others are looked for in the rows' own words. The cursor remembers
//! both, so that a list stays what it is from page to page.

use frontdesk_model::search::end_of_prefix;
use uuid::Uuid;

use super::{Bounds, Filter, List, Place, Reach, Shape, Slot, Walk};
use crate::db::{self, Db, Value};

/// Up to this many matching words are gathered and their rows sorted, which takes a few milliseconds.
const FEW: i64 = 1_000;
/// The words of a query that are counted: its longest, which are the rarest as a rule.
pub const CANDIDATES: usize = 3;
/// The order of the words, in a shape.
pub(super) const SORT: &str = "word";

/// The way to the matches of a query.
#[derive(Clone, Debug)]
pub struct Found {
    pub(super) reach: Reach,
    /// The word that leads to the rows, among the candidates.
    leads: usize,
    word: String,
    pattern: String,
}

impl Found {
    /// Every way there can be, for a cursor to name one: `few`, `many`, `few1` and so on.
    pub fn ways(words: &[String]) -> Vec<Self> {
        let candidates = candidates(words);
        let of = |reach| {
            let found = move |(leads, word): (usize, &&str)| Self {
                reach,
                leads,
                word: (*word).to_owned(),
                pattern: pattern(words),
            };
            candidates.iter().enumerate().map(found).collect::<Vec<_>>()
        };
        [of(Reach::Few), of(Reach::Many)].concat()
    }

    /// Returns true if the matches are in the order of their words, and not in the requested one.
    pub fn is_many(&self) -> bool {
        self.reach == Reach::Many
    }

    /// The name of the way, for a cursor.
    pub fn name(&self) -> String {
        let reach = if self.is_many() { "many" } else { "few" };
        if self.leads == 0 { reach.to_owned() } else { format!("{reach}{}", self.leads) }
    }

    /// The first place of the walk, if there is no cursor: the bounds of the word are also its ends.
    pub fn begin(&self, walk: Walk) -> Walk {
        if !self.is_many() {
            return walk;
        }
        if walk.is_descending {
            let end = end_of_prefix(&self.word).unwrap_or_default();
            walk.before(Place::new(end, Uuid::nil()))
        } else {
            walk.after(Place::new(self.word.clone(), Uuid::nil()))
        }
    }

    pub(super) fn value(&self, slot: Slot) -> Value {
        match slot {
            Slot::WordFrom(_) => (&self.word).into(),
            Slot::WordUntil(_) => end_of_prefix(&self.word).unwrap_or_default().into(),
            Slot::Pattern => (&self.pattern).into(),
            Slot::FirstPattern => format!("% {}% ", self.word).into(),
            _ => Value::Text(None),
        }
    }
}

/// The longest words, the longest first.
fn candidates(words: &[String]) -> Vec<&str> {
    let mut candidates: Vec<&str> = words.iter().map(String::as_str).collect();
    candidates.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    candidates.truncate(CANDIDATES);
    candidates
}

/// Matches rows that have all these words. One pattern does, because the words of the query and those
/// of the row are both in byte order; and folding has left no character that means something in it.
fn pattern(words: &[String]) -> String {
    let mut pattern = String::new();
    for word in words {
        pattern.push_str("% ");
        pattern.push_str(word);
    }
    pattern.push('%');
    pattern
}

impl List {
    /// Counts the matches of the words and chooses the way to them. `words` is not empty.
    ///
    /// # Errors
    /// What the database returns.
    pub async fn find(&self, db: &Db, filter: &'static str, words: &[String]) -> Result<Found, db::Error> {
        let statement = self.statement(Shape { filter, ..COUNT })?;
        let candidates = candidates(words);
        let word = |nth: usize| candidates.get(nth).copied();
        let params = statement.params(|slot| match slot {
            Slot::WordFrom(nth) => word(nth).unwrap_or_default().into(),
            // Without such a word, nothing is between the bounds.
            Slot::WordUntil(nth) => word(nth).and_then(end_of_prefix).unwrap_or_default().into(),
            _ => (FEW + 1).into(),
        });
        let counts: (i64, i64, i64) = db.one(statement.sql, params).await?;
        let counts = [counts.0, counts.1, counts.2];
        let leads = (0..candidates.len()).min_by_key(|nth| counts[*nth]).unwrap_or_default();
        let reach = if counts[leads] > FEW { Reach::Many } else { Reach::Few };
        let word = word(leads).unwrap_or_default().to_owned();
        Ok(Found { reach, leads, word, pattern: pattern(words) })
    }

    /// The row with this id, if the filter has it, with the sort key of the filter's first sort.
    ///
    /// # Errors
    /// What the database returns.
    pub async fn one<T: db::Row>(
        &self,
        db: &Db,
        filter: &'static str,
        id: Uuid,
    ) -> Result<Option<T>, db::Error> {
        let statement = self.statement(Shape { filter, reach: Reach::One, ..COUNT })?;
        db.optional(statement.sql, statement.params(|_| id.into())).await
    }
}

/// The shape of a count, but for its filter.
const COUNT: Shape = Shape {
    filter: "",
    sort: "",
    is_descending: false,
    bounds: Bounds { after: false, before: false },
    reach: Reach::Count,
};

/// Shapes that a search adds to those of a filter.
pub(super) fn shapes(filter: &Filter) -> Vec<Shape> {
    let filter_name = filter.name;
    let many = |is_descending: bool| {
        let bounds = Bounds { after: !is_descending, before: is_descending };
        Shape { filter: filter_name, sort: SORT, is_descending, bounds, reach: Reach::Many }
    };
    let count = Shape { filter: filter_name, ..COUNT };
    vec![many(false), many(true), count, Shape { reach: Reach::One, ..count }]
}

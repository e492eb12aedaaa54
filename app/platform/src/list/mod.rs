//! Lists: one specification for each, from which all of its statements are built.
//!
//! A list has filters, sorts, and perhaps a search by words. A *shape* is a choice of them, of a
//! direction, and of the bounds between which the page lies; each shape is one statement that walks an
//! index from a place in it, so the last page costs what the first does. The statements are built when
//! the list is first read and kept: an identical text is what prepared statements are found by.
//!
//! ```ignore
//! pub(super) static LIST: List = List::new(Spec {
//!     name: "db.jobs.list",
//!     table: ("jobs", "j"),
//!     columns: "j.id, j.kind, j.state",
//!     filters: &[
//!         Filter::all("all", &[], &["created"]),
//!         Filter::all("state", &[Predicate::Is("state")], &["created"]),
//!     ],
//!     sorts: &[Sort { name: "created", by: By::Id, has_range: false }],
//!     ..Spec::EMPTY
//! });
//!
//! let walk = Walk::of("state", params!["dead"]).sorted("created", true).from(cursor).limit(limit);
//! let rows: Vec<JobRow> = LIST.read(&domain.db, walk).await?;
//! ```

mod build;
mod range;
mod shape;
mod words;

use frontdesk_model::{
    Cursor, Limit,
    filter::{AnyOf, MAX_VALUES},
    page::{ForeignCursor, Key},
};
use uuid::Uuid;

pub use self::{
    range::{CHANGES, only_changes},
    shape::{Bounds, Reach, Shape, Slot, Statement},
    words::Found,
};
use crate::db::{self, Db, Row, Sql, Value};

/// The specification of a list.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Begins the names of its statements: `db.users.list`.
    pub name: &'static str,
    /// The table and its alias, which the columns and predicates use.
    pub table: (&'static str, &'static str),
    /// The selected columns. A sort other than by id adds its own, as `sort_key`.
    pub columns: &'static str,
    /// Joined to the rows of a page, when those are known.
    pub joins: &'static [Join],
    pub filters: &'static [Filter],
    pub sorts: &'static [Sort],
    pub words: Option<Words>,
}

impl Spec {
    /// To be completed.
    pub const EMPTY: Self =
        Self { name: "", table: ("", ""), columns: "", joins: &[], filters: &[], sorts: &[], words: None };
}

/// A table with one row for each row of the list, or none if it is `outer`.
#[derive(Clone, Copy, Debug)]
pub struct Join {
    pub outer: bool,
    pub table: (&'static str, &'static str),
    pub on: &'static str,
}

/// A selection of rows that indexes can walk.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    pub name: &'static str,
    pub predicates: &'static [Predicate],
    /// Number of walks of the predicates, each with values of its own. The first rows of each are merged, so that
    /// several values of a filter cost a page each.
    pub walks: usize,
    /// Instead of predicates: a walk for each of these sets, as with `walks`.
    pub any: &'static [&'static [Predicate]],
    /// Instead of a walk: few rows that are gathered by their ids and sorted.
    pub gathered: Option<Gathered>,
    /// The sorts that go with it.
    pub sorts: &'static [&'static str],
    /// The rows of the words table among which to search, as a predicate on `w`. Only where the list
    /// has words.
    pub words: &'static str,
}

impl Filter {
    /// To be completed.
    pub const EMPTY: Self =
        Self { name: "", predicates: &[], walks: 1, any: &[], gathered: None, sorts: &[], words: "" };

    /// The rows that satisfy all of these predicates.
    pub const fn all(
        name: &'static str,
        predicates: &'static [Predicate],
        sorts: &'static [&'static str],
    ) -> Self {
        Self { name, predicates, sorts, ..Self::EMPTY }
    }

    /// The rows that satisfy the predicates with any of several values.
    pub const fn any(
        name: &'static str,
        predicates: &'static [Predicate],
        sorts: &'static [&'static str],
    ) -> Self {
        Self { walks: MAX_VALUES, ..Self::all(name, predicates, sorts) }
    }

    /// The sets of predicates, each of which is a walk of its own.
    pub fn sets(&self) -> impl Iterator<Item = &'static [Predicate]> {
        let own = if self.any.is_empty() { self.walks } else { 0 };
        std::iter::repeat_n(self.predicates, own).chain(self.any.iter().copied())
    }

    fn is_merged(&self) -> bool {
        self.walks > 1 || !self.any.is_empty()
    }
}

/// A query of ids, for rows that are few by their nature.
#[derive(Clone, Copy, Debug)]
pub struct Gathered {
    /// What follows `SELECT`: one column `id`, without duplicates. `$1` is the first of its values.
    pub ids: &'static str,
    /// Number of its values, which the [`Walk`] brings before those of the predicates.
    pub values: usize,
}

#[derive(Clone, Copy, Debug)]
pub enum Predicate {
    /// The column has a value, which the [`Walk`] brings.
    Is(&'static str),
    /// The column has one of so many values, where few rows are left to look at.
    In(&'static str, usize),
    /// Written into the statement. A planner uses a partial index only where it can read that its
    /// condition holds.
    Literal(&'static str),
}

#[derive(Clone, Copy, Debug)]
pub struct Sort {
    pub name: &'static str,
    pub by: By,
    /// Pages can lie between two bounds, such as two moments.
    pub has_range: bool,
}

/// The column that a list is sorted by. The id breaks ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The id alone.
    Id,
    Number(&'static str),
    Text(&'static str),
}

/// A search by words: a table with a row for each word of each row of the list.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// Has the columns `word` and `owner`, and an index on them behind what [`Filter::words`] compares.
    pub table: &'static str,
    /// Its column with the id of the list's row.
    pub owner: &'static str,
    /// The list's column with all words in byte order, each between two spaces.
    pub column: &'static str,
}

/// A place between two rows, by sort key and id.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub key: Key,
    pub id: Uuid,
}

impl Place {
    pub fn new(key: impl Into<Key>, id: Uuid) -> Self {
        Self { key: key.into(), id }
    }

    /// A place in a list that is sorted by id.
    pub fn of_id(id: Uuid) -> Self {
        Self::new(0, id)
    }

    fn precedes(&self, other: &Self) -> bool {
        let keys = match (&self.key, &other.key) {
            (Key::Number(one), Key::Number(two)) => one.cmp(two),
            (Key::Text(one), Key::Text(two)) => one.cmp(two),
            _ => std::cmp::Ordering::Equal,
        };
        keys.then(self.id.cmp(&other.id)).is_lt()
    }
}

/// Maximum number of rows that are read to fill a page beside unreadable ones.
const MAX_PROBE: i64 = 4_000;

/// A page to read: filter, sort, direction and bounds.
#[derive(Clone, Debug)]
pub struct Walk {
    filter: &'static str,
    values: Vec<Value>,
    sort: &'static str,
    is_descending: bool,
    after: Option<Place>,
    before: Option<Place>,
    limit: i64,
    found: Option<Found>,
}

impl Walk {
    /// The rows of a filter, with a value for each [`Predicate::Is`] in their order.
    pub fn of(filter: &'static str, values: Vec<Value>) -> Self {
        Self {
            filter,
            values,
            sort: "",
            is_descending: false,
            after: None,
            before: None,
            limit: Limit::default().probe(),
            found: None,
        }
    }

    /// The rows with any of several texts, each of which has a set of predicates in the filter. `of` names the filter,
    /// and the values of one set.
    pub fn of_any<T: Copy>(
        any: &AnyOf<T>,
        text: impl Fn(T) -> &'static str,
        of: impl Fn(Option<&'static str>) -> (&'static str, Vec<Value>),
    ) -> Self {
        // A set without a text finds nothing.
        let texts = any.values().iter().map(|value| Some(text(*value))).chain(std::iter::repeat(None));
        let values = texts.take(MAX_VALUES).flat_map(|text| of(text).1).collect();
        Self::of(of(None).0, values)
    }

    #[must_use]
    pub fn sorted(mut self, sort: &'static str, is_descending: bool) -> Self {
        (self.sort, self.is_descending) = (sort, is_descending);
        self
    }

    /// Only among what a search has found.
    #[must_use]
    pub fn among(mut self, found: Found) -> Self {
        self.found = Some(found);
        self
    }

    /// Only what comes after this place, in ascending order.
    #[must_use]
    pub fn after(mut self, place: Place) -> Self {
        if self.after.as_ref().is_none_or(|bound| bound.precedes(&place)) {
            self.after = Some(place);
        }
        self
    }

    /// Only what comes before this place, in ascending order.
    #[must_use]
    pub fn before(mut self, place: Place) -> Self {
        if self.before.as_ref().is_none_or(|bound| place.precedes(bound)) {
            self.before = Some(place);
        }
        self
    }

    /// Goes on from a cursor, in its direction. Comes after [`Walk::sorted`].
    #[must_use]
    pub fn from(mut self, cursor: Option<&Cursor>) -> Self {
        let Some(cursor) = cursor else { return self };
        self.is_descending ^= cursor.backwards;
        let place = Place::new(cursor.key.clone(), cursor.id);
        if self.is_descending { self.before(place) } else { self.after(place) }
    }

    /// One row more than a page has, which tells whether there is another page.
    #[must_use]
    pub fn limit(mut self, limit: Limit) -> Self {
        self.limit = limit.probe();
        self
    }

    fn shape(&self) -> Shape {
        let bounds = Bounds { after: self.after.is_some(), before: self.before.is_some() };
        let reach = self.found.as_ref().map_or(Reach::All, |found| found.reach);
        // A walk along the words has their order.
        let sort = if reach == Reach::Many { words::SORT } else { self.sort };
        Shape { filter: self.filter, sort, is_descending: self.is_descending, bounds, reach }
    }

    fn value(&self, slot: Slot) -> Value {
        let key = |place: &Option<Place>| match place.as_ref().map(|place| &place.key) {
            Some(Key::Number(number)) => (*number).into(),
            Some(Key::Text(text)) => text.into(),
            None => Value::Int(None),
        };
        let id = |place: &Option<Place>| Value::Uuid(place.as_ref().map(|place| place.id));
        match slot {
            Slot::Value(n) => self.values.get(n).cloned().unwrap_or(Value::Text(None)),
            Slot::AfterKey => key(&self.after),
            Slot::AfterId => id(&self.after),
            Slot::BeforeKey => key(&self.before),
            Slot::BeforeId => id(&self.before),
            Slot::Limit => self.limit.into(),
            slot => self.found.as_ref().map_or(Value::Text(None), |found| found.value(slot)),
        }
    }
}

/// A list, and its statements once they are built.
pub struct List {
    pub spec: Spec,
    statements: shape::Statements,
}

impl List {
    pub const fn new(spec: Spec) -> Self {
        Self { spec, statements: shape::Statements::new() }
    }

    /// Reads the rows of a page, in the order of the walk. Rows that this version cannot read are left out, and
    /// others are read in their place, so that the page is as long as it would be without them.
    ///
    /// # Errors
    /// [`db::Error::NoShape`] if the specification has no such filter or sort; what the database returns.
    pub async fn read<T: Row>(&self, db: &Db, mut walk: Walk) -> Result<Vec<T>, db::Error> {
        let statement = self.statement(walk.shape())?;
        let wanted = usize::try_from(walk.limit).unwrap_or_default();
        loop {
            let params = statement.params(|slot| walk.value(slot));
            let rows: Vec<db::Readable<T>> = db.all(statement.sql, params).await?;
            let is_all = i64::try_from(rows.len()).is_ok_and(|read| read < walk.limit);
            let mut readable = db::readable(rows, statement.sql);
            if is_all || readable.len() >= wanted || walk.limit >= MAX_PROBE {
                readable.truncate(wanted);
                return Ok(readable);
            }
            walk.limit *= 4;
        }
    }

    /// Decodes a cursor of the list `name`, and refuses one with a key of another type than the sort's.
    ///
    /// # Errors
    /// [`ForeignCursor`].
    pub fn cursor(
        &self,
        text: Option<&str>,
        name: &str,
        sort: &str,
    ) -> Result<Option<Cursor>, ForeignCursor> {
        let Some(text) = text else { return Ok(None) };
        let cursor = Cursor::decode(text, name)?;
        let by = self.spec.sorts.iter().find(|one| one.name == sort).map(|sort| sort.by);
        let fits = match by {
            Some(By::Number(_)) => matches!(cursor.key, Key::Number(_)),
            Some(By::Text(_)) | None => matches!(cursor.key, Key::Text(_)),
            Some(By::Id) => true,
        };
        if fits { Ok(Some(cursor)) } else { Err(ForeignCursor) }
    }

    /// Every statement of the list.
    pub fn statements(&self) -> Vec<Sql> {
        self.shapes().map(|(_, statement)| statement.sql).collect()
    }

    /// Every shape of the list with its statement, for the tests that look at plans.
    pub fn shapes(&self) -> impl Iterator<Item = (&Shape, &Statement)> {
        self.statements.all(&self.spec)
    }

    fn statement(&self, shape: Shape) -> Result<&Statement, db::Error> {
        let missing = || db::Error::NoShape { list: self.spec.name, shape: shape.to_string() };
        self.statements.get(&self.spec, shape).ok_or_else(missing)
    }
}

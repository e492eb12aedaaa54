//! The shapes of a list, and their statements.

use std::{collections::HashMap, fmt, sync::OnceLock};

use super::{Filter, Sort, Spec, build, words};
use crate::db::{Sql, Value};

/// A choice of filter, sort, direction and bounds: what one statement is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    pub filter: &'static str,
    pub sort: &'static str,
    pub is_descending: bool,
    pub bounds: Bounds,
    pub reach: Reach,
}

/// The places between which a page lies. An end without a place is open: no greatest text has to be
/// thought up for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bounds {
    pub after: bool,
    pub before: bool,
}

/// The rows among which a shape looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    All,
    /// One row, by its id.
    One,
    /// Number of rows with a word, counted up to a bound.
    Count,
    /// A few matches, gathered and sorted.
    Few,
    /// Many matches, in the order of their words.
    Many,
}

/// A part of a statement's name: `suspended.name.desc.after`.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { filter, sort, .. } = self;
        match self.reach {
            Reach::One => return write!(f, "one.{filter}"),
            Reach::Count => return write!(f, "count.{filter}"),
            Reach::All => write!(f, "{filter}.{sort}")?,
            Reach::Few => write!(f, "few.{filter}.{sort}")?,
            Reach::Many => write!(f, "many.{filter}")?,
        }
        f.write_str(if self.is_descending { ".desc" } else { ".asc" })?;
        f.write_str(match (self.bounds.after, self.bounds.before) {
            (false, false) => "",
            (true, false) => ".after",
            (false, true) => ".before",
            (true, true) => ".between",
        })
    }
}

/// The meaning of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The nth value of the filter.
    Value(usize),
    AfterKey,
    AfterId,
    BeforeKey,
    BeforeId,
    Limit,
    /// The bounds of the nth word of a search.
    WordFrom(usize),
    WordUntil(usize),
    /// The pattern of all its words, and of the one that is walked along.
    Pattern,
    FirstPattern,
    /// Counting stops here.
    AtMost,
    Id,
}

/// A statement, and what its parameters mean.
#[derive(Clone, Debug)]
pub struct Statement {
    pub sql: Sql,
    pub slots: Vec<Slot>,
}

impl Statement {
    pub fn params(&self, value: impl Fn(Slot) -> Value) -> Vec<Value> {
        self.slots.iter().map(|slot| value(*slot)).collect()
    }
}

/// The statements of a list: built all at once, since there are few, and the first page that needs
/// one is seldom the only one.
pub(super) struct Statements(OnceLock<HashMap<Shape, Statement>>);

impl Statements {
    pub(super) const fn new() -> Self {
        Self(OnceLock::new())
    }

    pub(super) fn get(&self, spec: &Spec, shape: Shape) -> Option<&Statement> {
        self.built(spec).get(&shape)
    }

    pub(super) fn all(&self, spec: &Spec) -> impl Iterator<Item = (&Shape, &Statement)> {
        self.built(spec).iter()
    }

    fn built(&self, spec: &Spec) -> &HashMap<Shape, Statement> {
        self.0.get_or_init(|| {
            let shapes = spec.filters.iter().flat_map(|filter| shapes(spec, filter));
            shapes.filter_map(|shape| Some((shape, build::statement(spec, shape)?))).collect()
        })
    }
}

/// Every shape with this filter.
fn shapes(spec: &Spec, filter: &Filter) -> Vec<Shape> {
    let has = |sort: &&Sort| filter.sorts.contains(&sort.name);
    let has_words = spec.words.is_some() && !filter.words.is_empty();
    let mut shapes = Vec::new();
    for (sort, is_descending) in spec.sorts.iter().filter(has).flat_map(|sort| [(sort, false), (sort, true)])
    {
        let shape = |reach, (after, before)| {
            let bounds = Bounds { after, before };
            Shape { filter: filter.name, sort: sort.name, is_descending, bounds, reach }
        };
        // From the beginning, and from a place on.
        let one_sided = [(false, false), (!is_descending, is_descending)];
        let other_sides: &[_] =
            if sort.has_range { &[(is_descending, !is_descending), (true, true)] } else { &[] };
        shapes.extend(one_sided.iter().chain(other_sides).map(|bounds| shape(Reach::All, *bounds)));
        if has_words {
            shapes.extend(one_sided.map(|bounds| shape(Reach::Few, bounds)));
        }
    }
    if has_words {
        shapes.extend(words::shapes(filter));
    }
    shapes
}

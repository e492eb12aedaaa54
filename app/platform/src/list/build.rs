//! The statement of a shape, through sea-query. Both databases read the text that it makes for
//! PostgreSQL: `$n` parameters, names in double quotes.

use std::fmt;

use sea_query::{
    Asterisk, Expr, ExprTrait, JoinType, Order, PostgresQueryBuilder, Query, QueryBuilder, SelectStatement,
    SqlWriter, Value as Marker,
};

use super::{
    By, Filter, Gathered, Predicate, Reach, Shape, Slot, Sort, Spec, Words, shape::Statement,
    words::CANDIDATES,
};
use crate::db::Sql;

/// Builds the statement of a shape; `None` if the specification has no such filter or sort.
///
/// The text lives as long as the program, of which it is a part that is only too long to be written out.
pub(super) fn statement(spec: &Spec, shape: Shape) -> Option<Statement> {
    let filter = spec.filters.iter().find(|filter| filter.name == shape.filter)?;
    let sort = spec.sorts.iter().find(|sort| sort.name == shape.sort);
    let mut text = Text::default();
    let select = match shape.reach {
        Reach::All if filter.is_merged() => {
            merged(&mut text, spec, filter, sort?, shape);
            return Some(text.statement(spec, shape));
        }
        Reach::All => match filter.gathered {
            Some(gathered) => few_rows(spec, filter, gathered, sort?, shape),
            None => page(spec, filter, sort?, shape),
        },
        Reach::One => one(spec, filter)?,
        Reach::Count => count(spec.words?, filter),
        Reach::Few => few(spec, spec.words?, filter, sort?, shape),
        Reach::Many => many(spec, spec.words?, filter, shape),
    };
    select.build_collect_into(PostgresQueryBuilder, &mut text);
    Some(text.statement(spec, shape))
}

/// A walk along the index of a sort.
fn page(spec: &Spec, filter: &Filter, sort: &Sort, shape: Shape) -> SelectStatement {
    let mut page = Query::select();
    page.from_as(spec.table.0, spec.table.1);
    narrow(&mut page, spec, filter.predicates, 0);
    bound(&mut page, spec, sort, shape);
    with_joins(page, spec, sort, shape)
}

/// Cuts the rows to a page and completes it with the columns of the joined tables.
fn with_joins(mut page: SelectStatement, spec: &Spec, sort: &Sort, shape: Shape) -> SelectStatement {
    order(&mut page, spec, sort, shape.is_descending);
    page.limit(0);
    if spec.joins.is_empty() {
        select(&mut page, spec, sort);
        return page;
    }
    // The page first, so that no planner joins rows that are not on it.
    page.column(Asterisk);
    let mut whole = Query::select();
    select(&mut whole, spec, sort);
    whole.from_subquery(page, spec.table.1);
    for join in spec.joins {
        let kind = if join.outer { JoinType::LeftJoin } else { JoinType::InnerJoin };
        whole.join_as(kind, join.table.0, join.table.1, Expr::cust(join.on));
    }
    order(&mut whole, spec, sort, shape.is_descending);
    whole
}

/// Stands for the merged walks, which sea-query would put into parentheses that SQLite refuses.
const WALKS: &str = "walks";

/// A walk for each set of predicates, of which the first rows are merged.
fn merged(text: &mut Text, spec: &Spec, filter: &Filter, sort: &Sort, shape: Shape) {
    let mut first = 0;
    for (nth, predicates) in filter.sets().enumerate() {
        let mut walk = Query::select();
        walk.column(Asterisk).from_as(spec.table.0, spec.table.1);
        let next = narrow(&mut walk, spec, predicates, first);
        // Without a value a walk ends before it begins. Comparing each row of an index with NULL would take long.
        for value in first..next {
            walk.and_where(slot(Slot::Value(value)).is_not_null());
        }
        first = next;
        bound(&mut walk, spec, sort, shape);
        order(&mut walk, spec, sort, shape.is_descending);
        walk.limit(0);
        text.text.push_str(if nth == 0 { "SELECT * FROM (" } else { " UNION ALL SELECT * FROM (" });
        walk.build_collect_into(PostgresQueryBuilder, text);
        text.text.push_str(&format!(") AS walk{nth}"));
    }
    let walks = std::mem::take(&mut text.text);
    let mut page = Query::select();
    page.from_as(WALKS, spec.table.1);
    with_joins(page, spec, sort, shape).build_collect_into(PostgresQueryBuilder, text);
    text.text = text.text.replacen(&format!("\"{WALKS}\""), &format!("({walks})"), 1);
}

/// Rows that are gathered by their ids and sorted.
fn few_rows(spec: &Spec, filter: &Filter, gathered: Gathered, sort: &Sort, shape: Shape) -> SelectStatement {
    let mut found = Query::select();
    let values = (0..gathered.values).map(|nth| code(Slot::Value(nth)));
    found.expr(Expr::cust_with_values(gathered.ids, values));
    let mut page = among(spec, found);
    select(&mut page, spec, sort);
    narrow(&mut page, spec, filter.predicates, gathered.values);
    bound(&mut page, spec, sort, shape);
    order(&mut page, spec, sort, shape.is_descending);
    page.limit(0);
    page
}

/// The rows with the ids that were found.
fn among(spec: &Spec, found: SelectStatement) -> SelectStatement {
    let mut page = Query::select();
    // A cross join: SQLite then begins with what was found.
    page.from_subquery(found, "found");
    page.join_as(JoinType::CrossJoin, spec.table.0, spec.table.1, sea_query::Cond::all());
    page.and_where(column(spec, "id").eq(Expr::col(("found", "id"))));
    page
}

/// One row, by its id.
fn one(spec: &Spec, filter: &Filter) -> Option<SelectStatement> {
    let mut one = Query::select();
    let sort = spec.sorts.iter().find(|sort| filter.sorts.first() == Some(&sort.name))?;
    select(&mut one, spec, sort);
    one.from_as(spec.table.0, spec.table.1);
    narrow(&mut one, spec, filter.predicates, 0);
    one.and_where(column(spec, "id").eq(slot(Slot::Id)));
    Some(one)
}

/// Number of rows with each of the candidate words.
fn count(words: Words, filter: &Filter) -> SelectStatement {
    let mut counts = Query::select();
    for nth in 0..CANDIDATES {
        let mut some = Query::select();
        some.expr(Expr::cust("1")).from_as(words.table, "w");
        with_word(&mut some, filter, nth);
        some.limit(1);
        let mut count = Query::select();
        count.expr(Expr::cust("count(*)")).from_subquery(some, "counted");
        counts.expr(Expr::from(count));
    }
    counts
}

/// The matches, gathered by one word and sorted as asked.
fn few(spec: &Spec, words: Words, filter: &Filter, sort: &Sort, shape: Shape) -> SelectStatement {
    let mut found = Query::select();
    found.distinct().expr_as(Expr::col(("w", words.owner)), "id").from_as(words.table, "w");
    with_word(&mut found, filter, 0);
    let mut page = among(spec, found);
    select(&mut page, spec, sort);
    narrow(&mut page, spec, filter.predicates, 0);
    page.and_where(has_all_words(spec, words));
    bound(&mut page, spec, sort, shape);
    order(&mut page, spec, sort, shape.is_descending);
    page.limit(0);
    page
}

/// A walk along the words that begin so.
fn many(spec: &Spec, words: Words, filter: &Filter, shape: Shape) -> SelectStatement {
    let (word, owner) = (|| Expr::col(("w", "word")), || Expr::col(("w", words.owner)));
    let mut page = Query::select();
    page.expr(Expr::cust(spec.columns)).expr_as(word(), "sort_key");
    page.from_as(words.table, "w");
    page.join_as(JoinType::CrossJoin, spec.table.0, spec.table.1, sea_query::Cond::all());
    page.and_where(Expr::cust(filter.words));
    page.and_where(column(spec, "id").eq(owner()));
    narrow(&mut page, spec, filter.predicates, 0);
    // PostgreSQL would take a `LIKE` by itself for something that hardly any row has, and then read all
    // rows of the list rather than walk along the words.
    let holds = |text: &str, slot| {
        Expr::cust_with_values(
            format!("COALESCE({}.{} {text}, FALSE)", spec.table.1, words.column),
            [code(slot)],
        )
    };
    page.and_where(holds("LIKE $1", Slot::Pattern));
    // A row with several such words stands where the first of them does.
    page.and_where(holds("NOT LIKE (CAST($1 AS TEXT) || w.word || ' %')", Slot::FirstPattern));
    let at = |key, id| Expr::tuple([slot(key), slot(id)]);
    // One lower and one upper bound, so that SQLite does not have to choose between two.
    if shape.is_descending {
        page.and_where(word().gte(slot(Slot::WordFrom(0))));
        page.and_where(Expr::tuple([word(), owner()]).lt(at(Slot::BeforeKey, Slot::BeforeId)));
    } else {
        page.and_where(Expr::tuple([word(), owner()]).gt(at(Slot::AfterKey, Slot::AfterId)));
        page.and_where(word().lt(slot(Slot::WordUntil(0))));
    }
    let direction = direction(shape.is_descending);
    page.order_by_expr(word(), direction.clone()).order_by_expr(owner(), direction);
    page.limit(0);
    page
}

fn select(to: &mut SelectStatement, spec: &Spec, sort: &Sort) {
    to.expr(Expr::cust(spec.columns));
    if let By::Number(key) | By::Text(key) = sort.by {
        to.expr_as(column(spec, key), "sort_key");
    }
}

/// Adds the predicates, of which `first` is the first value. Returns that of the next.
fn narrow(page: &mut SelectStatement, spec: &Spec, predicates: &[Predicate], first: usize) -> usize {
    let mut next = first;
    for predicate in predicates {
        match predicate {
            Predicate::Literal(text) => page.and_where(Expr::cust(*text)),
            Predicate::Is(name) => {
                next += 1;
                page.and_where(column(spec, name).eq(slot(Slot::Value(next - 1))))
            }
            Predicate::In(name, values) => {
                next += values;
                let values = (next - values..next).map(|nth| slot(Slot::Value(nth)));
                page.and_where(column(spec, name).is_in(values))
            }
        };
    }
    next
}

fn bound(page: &mut SelectStatement, spec: &Spec, sort: &Sort, shape: Shape) {
    let id = || column(spec, "id");
    let (place, at): (_, fn(Slot, Slot) -> Expr) = match sort.by {
        By::Id => (id(), |_, id| slot(id)),
        By::Number(key) | By::Text(key) => {
            (Expr::tuple([column(spec, key), id()]), |key, id| Expr::tuple([slot(key), slot(id)]))
        }
    };
    if shape.bounds.after {
        page.and_where(place.clone().gt(at(Slot::AfterKey, Slot::AfterId)));
    }
    if shape.bounds.before {
        page.and_where(place.lt(at(Slot::BeforeKey, Slot::BeforeId)));
    }
}

fn order(page: &mut SelectStatement, spec: &Spec, sort: &Sort, is_descending: bool) {
    let direction = direction(is_descending);
    if let By::Number(key) | By::Text(key) = sort.by {
        page.order_by_expr(column(spec, key), direction.clone());
    }
    page.order_by_expr(column(spec, "id"), direction);
}

fn with_word(select: &mut SelectStatement, filter: &Filter, nth: usize) {
    let word = || Expr::col(("w", "word"));
    select.and_where(Expr::cust(filter.words));
    select.and_where(word().gte(slot(Slot::WordFrom(nth))));
    select.and_where(word().lt(slot(Slot::WordUntil(nth))));
}

fn has_all_words(spec: &Spec, words: Words) -> Expr {
    Expr::cust_with_values(format!("{}.{} LIKE $1", spec.table.1, words.column), [code(Slot::Pattern)])
}

fn column(spec: &Spec, name: &'static str) -> Expr {
    Expr::col((spec.table.1, name))
}

fn direction(is_descending: bool) -> Order {
    if is_descending { Order::Desc } else { Order::Asc }
}

fn slot(slot: Slot) -> Expr {
    Expr::val(code(slot))
}

/// Stands for a slot among sea-query's values, none of which is ever bound.
fn code(slot: Slot) -> i64 {
    let code = match slot {
        Slot::Value(nth) => CODES.len() + nth,
        slot => CODES.iter().position(|one| *one == slot).unwrap_or(usize::MAX),
    };
    i64::try_from(code).unwrap_or(i64::MAX)
}

fn slot_of(code: i64) -> Option<Slot> {
    let code = usize::try_from(code).ok()?;
    let value = || code.checked_sub(CODES.len()).map(Slot::Value);
    CODES.get(code).copied().or_else(value)
}

/// All slots but those of values, which are numbered after them.
const CODES: &[Slot] = &[
    Slot::AfterKey,
    Slot::AfterId,
    Slot::BeforeKey,
    Slot::BeforeId,
    Slot::WordFrom(0),
    Slot::WordUntil(0),
    Slot::WordFrom(1),
    Slot::WordUntil(1),
    Slot::WordFrom(2),
    Slot::WordUntil(2),
    Slot::Pattern,
    Slot::FirstPattern,
    Slot::Id,
];

/// Collects the text, with a number for each slot.
#[derive(Default)]
struct Text {
    text: String,
    slots: Vec<Slot>,
}

impl Text {
    fn statement(self, spec: &Spec, shape: Shape) -> Statement {
        let name = format!("{}.{shape}", spec.name);
        Statement {
            sql: Sql::new(Box::leak(name.into_boxed_str()), Box::leak(self.text.into_boxed_str())),
            slots: self.slots,
        }
    }
}

impl SqlWriter for Text {
    fn push_param<T: QueryBuilder>(&mut self, value: Marker, _: &T) {
        let (slot, is_limit) = match value {
            Marker::BigUnsigned(Some(0)) => (Some(Slot::Limit), true),
            Marker::BigUnsigned(_) => (Some(Slot::AtMost), true),
            Marker::BigInt(Some(code)) => (slot_of(code), false),
            _ => (None, false),
        };
        // Not a marker of ours: the parameter count then differs, which the tests of statements refuse.
        let Some(slot) = slot else { return self.text.push_str("NULL") };
        let number = self.slots.iter().position(|known| *known == slot).unwrap_or_else(|| {
            self.slots.push(slot);
            self.slots.len() - 1
        }) + 1;
        // SQLite plans for the value of a bare `LIMIT $1`, and so plans anew with every call.
        self.text.push_str(&if is_limit {
            format!("CAST(${number} AS BIGINT)")
        } else {
            format!("${number}")
        });
    }

    fn as_writer(&mut self) -> &mut dyn fmt::Write {
        self
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.push_str(text);
        Ok(())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

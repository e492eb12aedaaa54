//! Every list walks an index: the databases' own plans for every shape of every list, among 20,000 users
//! and what belongs to them.

use std::collections::HashMap;

use frontdesk_domain::{
    db::{Dialect, Sql, Value},
    list::{By, Filter, List, Predicate, Reach, Shape, Slot},
    lists, params,
    sample_data::{self, users::Seeding},
    users,
};
use uuid::Uuid;

use crate::support::TestDomain;

both! { no_list_reads_more_than_it_shows }

const USERS: u64 = 20_000;

/// As many orders, payments, refunds, jobs, deliveries and tokens as there are users.
async fn populate(domain: &TestDomain) {
    sample_data::users::seed(domain, &Seeding { users: USERS, seed: 1, password_hash: None }, |_| ())
        .await
        .unwrap();
    let (hash, id) = match domain.db.dialect() {
        Dialect::Sqlite => ("randomblob(32)", "randomblob(16)"),
        Dialect::Postgres => ("sha256(uuid_send(gen_random_uuid()))", "gen_random_uuid()"),
    };
    for (share, kind, owner) in [("1 = 1", "'personal'", "id"), ("joined_at % 100 = 0", "'service'", "NULL")]
    {
        let tokens = format!(
            "INSERT INTO tokens (id, token_hash, hint, name, kind, owner_id, permissions, created_at, \
             created_by_label, last_used_at, ends_at) SELECT {id}, {hash}, '', '', {kind}, {owner}, '', joined_at, \
             '', 0, joined_at + 31536000000000 FROM users WHERE {share}"
        );
        domain.meddle(tokens.leak(), params![]).await.unwrap();
    }
    for text in [
        "INSERT INTO orders (id, reference, customer_id, state, currency, total_minor, captured_minor, refunded_minor, \
         note, placed_at, updated_at) SELECT id, email_key, id, CASE WHEN joined_at % 50 = 0 THEN 'placed' ELSE 'paid' END, \
         CASE WHEN joined_at % 3 = 0 THEN 'USD' ELSE 'EUR' END, 1000 + joined_at % 9000, \
         CASE WHEN joined_at % 50 = 0 THEN 0 ELSE 1000 + joined_at % 9000 END, 0, '', joined_at, joined_at FROM users",
        "INSERT INTO payments (id, order_id, state, currency, amount_minor, method, gateway, settle_at, created_at, \
         updated_at) SELECT id, id, CASE state WHEN 'paid' THEN 'succeeded' ELSE 'unknown' END, currency, total_minor, \
         'pm', 'sandbox', CASE state WHEN 'paid' THEN NULL ELSE placed_at END, placed_at, placed_at FROM orders",
        "INSERT INTO refunds (id, payment_id, order_id, state, currency, amount_minor, reason, requested_label, settle_at, \
         created_at, updated_at) SELECT id, id, order_id, CASE state WHEN 'succeeded' THEN 'rejected' ELSE 'pending' END, \
         currency, 1, '', 'x', CASE state WHEN 'succeeded' THEN NULL ELSE 1 END, created_at, created_at FROM payments",
        "INSERT INTO jobs (id, kind, payload, about, state, due_at, attempts, max_attempts, last_attempt, trace_id, \
         created_at, finished_at) SELECT id, CASE WHEN joined_at % 5 = 0 THEN 'mail.send' ELSE 'hook.send' END, '{}', '', \
         CASE WHEN joined_at % 50 = 0 THEN 'waiting' WHEN joined_at % 50 = 1 THEN 'dead' ELSE 'succeeded' END, \
         CASE WHEN joined_at % 50 = 0 THEN joined_at END, 1, 10, 10, '', joined_at, \
         CASE WHEN joined_at % 50 = 0 THEN NULL ELSE joined_at END FROM users",
        "INSERT INTO webhook_deliveries (id, webhook_id, event_id, event_type, body, state, turn, attempts, failures, \
         next_at, created_at) \
         SELECT id, (SELECT min_id FROM (SELECT id AS min_id FROM users ORDER BY id LIMIT 1) AS first), id, \
         'user.created', '{}', CASE WHEN joined_at % 50 = 0 THEN 'pending' ELSE 'succeeded' END, 1, 1, 0, \
         CASE WHEN joined_at % 50 = 0 THEN joined_at END, joined_at FROM users",
    ] {
        domain.meddle(text, params![]).await.unwrap();
    }
    if domain.db.dialect() == Dialect::Postgres {
        domain.meddle("ANALYZE", params![]).await.unwrap();
    }
}

async fn no_list_reads_more_than_it_shows(domain: TestDomain) {
    populate(&domain).await;
    check(&domain).await;
    // SQLite plans without statistics unless they were gathered; both must do.
    if domain.db.dialect() == Dialect::Sqlite {
        domain.meddle("ANALYZE", params![]).await.unwrap();
        check(&domain).await;
    }
}

async fn check(domain: &TestDomain) {
    let (mut looked_at, mut faults) = (0, Vec::new());
    for list in lists() {
        let samples = Samples::of(domain, list).await;
        for (shape, statement) in list.shapes() {
            let values = statement.params(|slot| samples.value(list, shape, slot));
            let plan = domain.db.explain(statement.sql, values).await.unwrap();
            looked_at += 1;
            if let Some(fault) = fault(domain.db.dialect(), list, shape, &plan) {
                faults.push(format!("{}: {fault}\n{}\n{plan}\n", statement.sql.name, statement.sql.text));
            }
        }
    }
    assert!(faults.is_empty(), "{} of {looked_at}:\n{}", faults.len(), faults.join("\n"));
    // Users: four filters, each with four sorts in two directions, from the start and from a place, of
    // all and of a few matches, and the two walks along words, the count and the one row. Two filters without a
    // search. The times of joining and of the last change have another two bounds.
    let bounds = 4 * 2 * 2 + 2 * 2;
    assert_eq!(users::LIST.shapes().count(), 4 * (4 * 2 * 2 + bounds + 4) + 2 * bounds + 2 * 4);
    assert!(looked_at > 300, "only {looked_at} statements");
}

/// Values that are in a list: for each column that a filter compares, and near both ends of each sort.
struct Samples {
    columns: HashMap<&'static str, Value>,
    ends: HashMap<&'static str, [(Value, Uuid); 2]>,
    id: Uuid,
}

impl Samples {
    async fn of(domain: &TestDomain, list: &List) -> Self {
        let table = list.spec.table.0;
        let (mut columns, mut ends) = (HashMap::new(), HashMap::new());
        for column in list.spec.filters.iter().flat_map(compared) {
            let value = match (table, column) {
                (_, ROLE) => "admin".into(),
                ("users", "status") => "suspended".into(),
                ("orders", "state") => "placed".into(),
                ("payments", "state") => "unknown".into(),
                ("refunds" | "webhook_deliveries", "state") => "pending".into(),
                ("jobs", "state") => "dead".into(),
                ("jobs", "kind") => "mail.send".into(),
                ("tokens", "kind") => "service".into(),
                ("orders", "currency") => "EUR".into(),
                ("audit_events", "action") => "user.suspended".into(),
                _ => {
                    let text =
                        format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL LIMIT 1 OFFSET 20");
                    let (id,): (Uuid,) = domain.db.one(sample(text), params![]).await.unwrap();
                    id.into()
                }
            };
            columns.insert(column, value);
        }
        for sort in list.spec.sorts {
            let mut places = Vec::new();
            for tenths in [1, 9] {
                places.push(place(domain, table, sort.by, tenths).await);
            }
            ends.insert(sort.name, places.try_into().unwrap());
        }
        let (_, id) = place(domain, table, By::Id, 5).await;
        Self { columns, ends, id }
    }

    fn value(&self, list: &List, shape: &Shape, slot: Slot) -> Value {
        let end = |nth: usize| self.ends.get(shape.sort).map(|ends| ends[nth].clone());
        let (first, last) = (("anna".into(), Uuid::nil()), ("annb".into(), Uuid::nil()));
        match slot {
            Slot::Value(n) => {
                let filter = list.spec.filters.iter().find(|filter| filter.name == shape.filter).unwrap();
                self.columns[compared(filter)[n]].clone()
            }
            Slot::AfterKey => end(0).unwrap_or(first).0,
            Slot::AfterId => end(0).unwrap_or(first).1.into(),
            Slot::BeforeKey => end(1).unwrap_or(last).0,
            Slot::BeforeId => end(1).unwrap_or(last).1.into(),
            Slot::Limit => 21.into(),
            Slot::AtMost => 1_001.into(),
            Slot::WordFrom(_) => "anna".into(),
            Slot::WordUntil(_) => "annb".into(),
            Slot::Pattern => "% anna%".into(),
            Slot::FirstPattern => "% anna% ".into(),
            Slot::Id => self.id.into(),
        }
    }
}

/// Stands for the column of the roles that users are gathered by.
const ROLE: &str = "role of a user";

/// The column that each value of a filter is compared with.
fn compared(filter: &Filter) -> Vec<&'static str> {
    let gathered = filter.gathered.map_or(0, |gathered| gathered.values);
    let sets = filter.sets().flatten().flat_map(|predicate| match *predicate {
        Predicate::Is(column) => vec![column],
        Predicate::In(column, values) => vec![column; values],
        Predicate::Literal(_) => Vec::new(),
    });
    std::iter::repeat_n(ROLE, gathered).chain(sets).collect()
}

/// A row so many tenths into a list. Of webhooks there is none.
async fn place(domain: &TestDomain, table: &str, by: By, tenths: u64) -> (Value, Uuid) {
    let offset = match table {
        "webhooks" => return (0.into(), Uuid::max()),
        "audit_events" => USERS / 10 * tenths / 10,
        _ => USERS * tenths / 10,
    };
    let order = |key: &str| {
        sample(format!("SELECT {key}, id FROM {table} ORDER BY {key}, id LIMIT 1 OFFSET {offset}"))
    };
    match by {
        By::Id => {
            let text = format!("SELECT id FROM {table} ORDER BY id LIMIT 1 OFFSET {offset}");
            let (id,): (Uuid,) = domain.db.one(sample(text), params![]).await.unwrap();
            (0.into(), id)
        }
        By::Number(key) => {
            let (key, id): (i64, Uuid) = domain.db.one(order(key), params![]).await.unwrap();
            (key.into(), id)
        }
        By::Text(key) => {
            let (key, id): (String, Uuid) = domain.db.one(order(key), params![]).await.unwrap();
            (key.into(), id)
        }
    }
}

fn sample(text: String) -> Sql {
    Sql::new("test.sample", text.leak())
}

/// The step in which SQLite sorts rows, other than the pages of merged walks.
fn sort_of_more_than_a_page<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let mut is_merging = false;
    lines.iter().copied().find(|line| {
        if line.starts_with("SCAN walk") {
            is_merging = true;
        } else if line.starts_with("CO-ROUTINE") {
            is_merging = false;
        }
        line.contains("ORDER BY") && !is_merging
    })
}

/// The step that reads or sorts more than the page, if there is one.
fn fault(dialect: Dialect, list: &List, shape: &Shape, plan: &str) -> Option<String> {
    let lines: Vec<&str> = plan.lines().map(str::trim_start).collect();
    // Few matches are gathered and sorted on purpose. Joins come after the page, which is sorted then.
    let filter = list.spec.filters.iter().find(|filter| filter.name == shape.filter).unwrap();
    let may_sort = shape.reach == Reach::Few || filter.gathered.is_some();
    match dialect {
        Dialect::Sqlite => {
            if !may_sort && let Some(line) = sort_of_more_than_a_page(&lines) {
                return Some(line.to_owned());
            }
            let is_open = shape.reach == Reach::All && !shape.bounds.after && !shape.bounds.before;
            let is_literal = |one: &Predicate| matches!(one, Predicate::Literal(_));
            let is_merged = filter.sets().count() > 1;
            // From the start of a list on, the whole of an index is walked until the page is full. The
            // other scans are over the page that is joined, and over the matches that are gathered.
            let walks_all = is_open && filter.predicates.iter().all(is_literal) && !is_merged;
            let walks_partial =
                filter.sets().filter(|set| is_open && is_merged && set.iter().any(is_literal));
            let results = ["SCAN found", "SCAN counted", "SCAN CONSTANT ROW", "SCAN (subquery", "SCAN walk"];
            let scans: Vec<&&str> = lines
                .iter()
                .filter(|line| {
                    line.starts_with("SCAN") && !results.iter().any(|result| line.starts_with(result))
                })
                .collect();
            let joined = usize::from(!list.spec.joins.is_empty());
            let allowed = joined + usize::from(walks_all) + walks_partial.count();
            if scans.len() > allowed {
                return Some(format!("{scans:?}"));
            }
            let needs_partial = walks_all && !filter.predicates.is_empty();
            (needs_partial && !scans.is_empty() && !scans.iter().any(|line| line.contains("USING INDEX")))
                .then(|| "no partial index".to_owned())
        }
        Dialect::Postgres => {
            let tables = [
                "users",
                "user_words",
                "audit_events",
                "tokens",
                "orders",
                "payments",
                "refunds",
                "jobs",
                "webhook_deliveries",
            ];
            let reads =
                |line: &&&str| tables.iter().any(|table| line.contains(&format!("Seq Scan on {table} ")));
            // Not `Incremental Sort`: that is of rows with the same key, which an index has brought
            // together. And it may do as it likes with the few users who are not active.
            let sorts = |line: &&&str| line.trim_start_matches("->").trim_start().starts_with("Sort  (");
            let must_walk = ["db.users.list", "db.deliveries.list"].contains(&list.spec.name)
                && !["suspended", "removed"].contains(&shape.filter)
                && !may_sort
                && filter.sets().count() == 1;
            let line = lines.iter().find(reads).or_else(|| lines.iter().find(sorts).filter(|_| must_walk));
            line.map(|line| (*line).to_owned())
        }
    }
}

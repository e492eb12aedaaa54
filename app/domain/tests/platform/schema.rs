//! One schema, written twice.

use std::{collections::BTreeSet, fs, path::Path};

use frontdesk_domain::db::{Dialect, Sql};

use crate::support::{Engine, TestDomain, run};

/// What both schemas must have in common.
#[derive(Debug, PartialEq, Eq)]
struct Schema {
    /// `users.email not null`
    columns: BTreeSet<String>,
    /// `users_by_name on users (name_key, id)`, those of constraints left out.
    indexes: BTreeSet<String>,
    triggers: BTreeSet<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_and_postgres_have_the_same_tables_columns_indexes_and_triggers() {
    let sqlite = run(Engine::Sqlite, schema).await;
    let postgres = run(Engine::Postgres, schema).await;
    assert!(sqlite.columns.contains("users.email not null") && sqlite.columns.contains("users.removed_at"));
    assert!(
        sqlite.indexes.contains("users_email_unique on users (email_key), unique"),
        "{:?}",
        sqlite.indexes
    );
    let differ =
        |a: &BTreeSet<String>, b: &BTreeSet<String>| a.symmetric_difference(b).cloned().collect::<Vec<_>>();
    assert_eq!(differ(&sqlite.columns, &postgres.columns), [""; 0]);
    assert_eq!(differ(&sqlite.indexes, &postgres.indexes), [""; 0]);
    // SQLite has no TRUNCATE to be refused.
    assert_eq!(
        differ(&sqlite.triggers, &postgres.triggers),
        [
            "audit_events_whole on audit_events",
            "ledger_entries_whole on ledger_entries",
            "ledger_postings_whole on ledger_postings"
        ]
    );
}

#[test]
fn both_databases_have_the_same_migrations_by_name() {
    let names = |dialect: &str| -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(dialect);
        let files = fs::read_dir(folder).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

async fn schema(domain: TestDomain) -> Schema {
    let [columns, indexes, triggers] = match domain.db.dialect() {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    };
    Schema {
        columns: lines(&domain, columns).await,
        indexes: lines(&domain, indexes).await,
        triggers: lines(&domain, triggers).await,
    }
}

async fn lines(domain: &TestDomain, text: &'static str) -> BTreeSet<String> {
    let rows: Vec<(String,)> = domain.db.all(Sql::new("test.schema", text), Vec::new()).await.unwrap();
    rows.into_iter().map(|(line,)| line).filter(|line| !line.contains("_sqlx_migrations")).collect()
}

const SQLITE: [&str; 3] = [
    "SELECT t.name || '.' || c.name || CASE WHEN c.\"notnull\" THEN ' not null' ELSE '' END \
     FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
    "SELECT i.name || ' on ' || t.name || ' (' || \
     (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')' || \
     CASE WHEN i.\"unique\" THEN ', unique' ELSE '' END || CASE WHEN i.partial THEN ', partial' ELSE '' END \
     FROM sqlite_schema t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin = 'c'",
    "SELECT name || ' on ' || tbl_name FROM sqlite_schema WHERE type = 'trigger'",
];

const POSTGRES: [&str; 3] = [
    "SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END \
     FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT i.relname || ' on ' || t.relname || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY k.n) \
     FROM unnest(x.indkey) WITH ORDINALITY AS k (attnum, n) \
     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum) || ')' || \
     CASE WHEN x.indisunique THEN ', unique' ELSE '' END || CASE WHEN x.indpred IS NULL THEN '' ELSE ', partial' END \
     FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
     WHERE t.relnamespace = 'public'::regnamespace \
     AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid)",
    "SELECT g.tgname || ' on ' || t.relname FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal",
];

//! Every list walks an index: the databases' own plans for every statement that a list can be,
//! among 20,000 people and what the audit trail tells of them.

use frontdesk_domain::{
    accounts::{self, Seeding},
    audit,
    db::{Dialect, Sql, Value},
    params, tokens,
};
use uuid::Uuid;

use crate::support::TestDomain;

both! {
    no_list_of_users_reads_the_whole_table,
    no_list_of_the_audit_trail_reads_all_of_it,
    no_list_of_tokens_reads_the_whole_table,
    no_lookup_reads_a_whole_table,
}

async fn populate(domain: &TestDomain) {
    accounts::seed(domain, &Seeding { users: 20_000, seed: 1, password_hash: None }, |_| ()).await.unwrap();
    // A token for each, some of them ended, and one in a hundred of the business.
    for (share, kind, owner) in [("1 = 1", "'personal'", "id"), ("joined_at % 100 = 0", "'service'", "NULL")]
    {
        let hash = match domain.db.dialect() {
            Dialect::Sqlite => "randomblob(32)",
            Dialect::Postgres => "sha256(uuid_send(gen_random_uuid()))",
        };
        let id = match domain.db.dialect() {
            Dialect::Sqlite => "randomblob(16)",
            Dialect::Postgres => "gen_random_uuid()",
        };
        let text = format!(
            "INSERT INTO tokens (id, token_hash, hint, name, kind, owner_id, permissions, created_at, \
             created_by_label, last_used_at, ends_at) SELECT {id}, {hash}, '', '', {kind}, {owner}, '', joined_at, \
             '', 0, joined_at + 31536000000000 FROM users WHERE {share}"
        );
        domain.meddle(text.leak(), params![]).await.unwrap();
    }
    if domain.db.dialect() == Dialect::Postgres {
        domain.meddle("ANALYZE tokens", params![]).await.unwrap();
    }
}

/// SQLite plans without statistics unless somebody gathered them; both must do.
async fn for_all_statistics(domain: &TestDomain, check: impl AsyncFn()) {
    check().await;
    if domain.db.dialect() == Dialect::Sqlite {
        domain.meddle("ANALYZE", params![]).await.unwrap();
        check().await;
    }
}

async fn no_list_of_users_reads_the_whole_table(domain: TestDomain) {
    populate(&domain).await;
    let statements = accounts::list_statements();
    assert_eq!(statements.len(), 4 * (2 * 8 + 4 + 1));
    const MIDDLE: Sql = Sql::new(
        "test.MIDDLE",
        "SELECT id, name_key, email_key, joined_at FROM users ORDER BY email_key LIMIT 1 OFFSET 10000",
    );
    let middle: Middle = domain.db.one(MIDDLE, params![]).await.unwrap();
    for_all_statistics(&domain, async || {
        for sql in &statements {
            for values in list_values(sql, &middle) {
                let plan = domain.db.explain(*sql, values).await.unwrap();
                let dialect = domain.db.dialect();
                let fault = reads_all(dialect, &plan, "users").or_else(|| sorts_all(dialect, sql, &plan));
                assert_eq!(fault, None, "{}\n{}\n{plan}", sql.name, sql.text);
            }
        }
    })
    .await;
}

/// Somebody in the middle of the list: id, name, e-mail address, when they joined.
type Middle = (Uuid, String, String, i64);

/// What the list would call its statement with: from the beginning, and from somewhere within.
fn list_values(sql: &Sql, middle: &Middle) -> Vec<Vec<Value>> {
    let (id, name, email, joined_at) = middle;
    let few = || params!["anna", "anna\u{10FFFF}", "anna", "anna\u{10FFFF}"];
    if sql.name.contains(".COUNT.") {
        return vec![[few(), params![2_001]].concat()];
    }
    let descending = sql.name.ends_with("DESC");
    let key = if sql.name.contains("name_key") { name } else { email };
    // All that begins with the letter that theirs begins with.
    let letter: String = key.chars().take(1).collect();
    let (from, until) = (letter.clone(), format!("{letter}\u{10FFFF}"));
    let (begin, end) = if descending { (until, from) } else { (from, until) };
    let first = if descending { Uuid::max() } else { Uuid::nil() };
    let (begin, within): (Value, Value) = match (sql.name.contains("_at"), descending) {
        (true, true) => (i64::MAX.into(), (*joined_at).into()),
        (true, false) => (i64::MIN.into(), (*joined_at).into()),
        (false, _) if sql.name.contains(".many.") => (begin.into(), key.into()),
        (false, true) => ("\u{10FFFF}".into(), key.into()),
        (false, false) => ("".into(), key.into()),
    };
    let rest = match sql.name {
        name if name.contains(".FEW.") => few(),
        name if name.contains(".many.") => params![end],
        _ => params![],
    };
    vec![[params![begin, first, 21], rest.clone()].concat(), [params![within, *id, 21], rest].concat()]
}

async fn no_list_of_the_audit_trail_reads_all_of_it(domain: TestDomain) {
    populate(&domain).await;
    const MIDDLE: Sql = Sql::new(
        "test.MIDDLE",
        "SELECT actor_id, target_id, id FROM audit_events WHERE actor_id IS NOT NULL ORDER BY id LIMIT 1 OFFSET 20",
    );
    let (actor, target, middle): (Uuid, Uuid, Uuid) = domain.db.one(MIDDLE, params![]).await.unwrap();
    for_all_statistics(&domain, async || {
        for sql in audit::list_statements() {
            for (from, until) in [(Uuid::nil(), Uuid::max()), (Uuid::nil(), middle), (middle, Uuid::max())] {
                let mut values = params![from, until, 21];
                for (filter, value) in
                    [("ACTOR", actor.into()), ("ACTION", "user.suspended".into()), ("TARGET", target.into())]
                {
                    if sql.name.contains(filter) || sql.name.contains("BY_ALL") {
                        values.push(value);
                    }
                }
                let plan = domain.db.explain(sql, values).await.unwrap();
                let fault = reads_all(domain.db.dialect(), &plan, "audit_events");
                assert_eq!(fault, None, "{}\n{}\n{plan}", sql.name, sql.text);
            }
        }
    })
    .await;
}

async fn no_list_of_tokens_reads_the_whole_table(domain: TestDomain) {
    populate(&domain).await;
    let (owner, middle): (Uuid, Uuid) = domain
        .db
        .one(
            Sql::new(
                "test.token",
                "SELECT owner_id, id FROM tokens WHERE owner_id IS NOT NULL ORDER BY id LIMIT 1 OFFSET 5000",
            ),
            params![],
        )
        .await
        .unwrap();
    let now = domain.clock.now();
    for_all_statistics(&domain, async || {
        let mut looked_at = 0;
        for sql in tokens::list_statements() {
            for from in [Uuid::nil(), middle, Uuid::max()] {
                let mut values = if sql.name.contains(".end.") {
                    params![now, from, i64::MAX, Uuid::max(), 21]
                } else {
                    params![from, 21]
                };
                match sql.name {
                    name if name.contains(".kind.") => values.push("service".into()),
                    name if name.contains(".owner.") => values.push(owner.into()),
                    _ => {}
                }
                looked_at += 1;
                let plan = domain.db.explain(sql, values).await.unwrap();
                let fault =
                    ["users", "tokens"].iter().find_map(|table| reads_all(domain.db.dialect(), &plan, table));
                assert_eq!(fault, None, "{}\n{}\n{plan}", sql.name, sql.text);
                assert!(
                    !plan.contains("TEMP B-TREE FOR ORDER BY") || plan.contains("SEARCH t USING INDEX"),
                    "{plan}"
                );
            }
        }
        assert_eq!(looked_at, 36);
    })
    .await;
}

async fn no_lookup_reads_a_whole_table(domain: TestDomain) {
    populate(&domain).await;
    let now = domain.clock.now();
    for_all_statistics(&domain, async || {
        let mut looked_at = 0;
        for sql in frontdesk_domain::statements() {
            let values = match sql.name {
                "db.accounts.BY_ID" | "db.accounts.CREDENTIALS_BY_ID" => params![Uuid::max()],
                "db.accounts.CREDENTIALS" | "db.accounts.ID_BY_EMAIL" | "db.accounts.BY_EMAIL" => {
                    params!["ann@example.com"]
                }
                "db.accounts.SEEN" => params![Uuid::max(), now],
                "db.accounts.OTHER_OWNERS" => params![Uuid::max()],
                "db.accounts.SUSPENDED" => params![5],
                "db.accounts.COUNT_JOINED" => params![now.plus_seconds(-86_400), 1_001],
                "db.accounts.COUNT_STATUS" => params!["suspended", 1_001],
                "db.audit.COUNT_SINCE" => params!["login.failed", middle_of_time(), 1_001],
                "db.sessions.BY_TOKEN" => params![vec![0; 32], now, now],
                "db.sessions.PAGE" | "db.sessions.PAGE_BACK" => {
                    params![Uuid::max(), now, now, Uuid::max(), 21]
                }
                "db.sessions.DELETE_OTHERS" => params![Uuid::max(), now, now, Uuid::max()],
                "db.tokens.BY_HASH" => params![vec![0; 32]],
                "db.tokens.BY_ID" => params![Uuid::max()],
                "db.tokens.COUNT_LIVE" => params![Uuid::max(), now, 50],
                "db.tokens.REVOKE" | "db.tokens.USED" => params![Uuid::max(), now],
                _ => continue,
            };
            looked_at += 1;
            let plan = domain.db.explain(sql, values).await.unwrap();
            let fault = ["users", "audit_events", "tokens"]
                .iter()
                .find_map(|table| reads_all(domain.db.dialect(), &plan, table));
            assert_eq!(fault, None, "{}\n{}\n{plan}", sql.name, sql.text);
        }
        assert_eq!(looked_at, 20);
    })
    .await;
}

fn middle_of_time() -> Uuid {
    frontdesk_domain::clock::first_id_at(frontdesk_model::Timestamp::parse("2026-03-13").unwrap())
}

/// The step that reads a whole table or a whole index, if there is one.
fn reads_all(dialect: Dialect, plan: &str, table: &str) -> Option<String> {
    let alias = match table {
        "users" => "u",
        "tokens" => "t",
        table => table,
    };
    let wrong = |line: &&str| match dialect {
        Dialect::Postgres => {
            line.contains(&format!("Seq Scan on {table} "))
                || line.contains(&format!("Seq Scan on public.{table} "))
        }
        // The bare `SCAN u` is over the page itself, which has the table's alias.
        Dialect::Sqlite => {
            line.starts_with(&format!("SCAN {table}")) || line.starts_with(&format!("SCAN {alias} USING"))
        }
    };
    plan.lines().find(wrong).map(ToOwned::to_owned)
}

/// The step that sorts a list in place of walking an index, if there is one. Few matches are
/// sorted on purpose, and PostgreSQL may do as it likes with the few who are not active.
fn sorts_all(dialect: Dialect, sql: &Sql, plan: &str) -> Option<String> {
    if !sql.name.contains(".PAGE.") {
        return None;
    }
    match dialect {
        Dialect::Sqlite => plan.lines().find(|line| line.contains("ORDER BY")).map(ToOwned::to_owned),
        Dialect::Postgres if sql.name.contains(".suspended.") || sql.name.contains(".removed.") => None,
        // Not `Incremental Sort`: that is of those with the same key, which an index has brought together.
        Dialect::Postgres => {
            let step =
                |line: &&str| line.trim_start().trim_start_matches("->").trim_start().starts_with("Sort  (");
            plan.lines().find(step).map(ToOwned::to_owned)
        }
    }
}

//! Every lookup walks an index: the databases' own plans among 20,000 people and what the audit trail
//! tells of them. Those of lists: `list_plans.rs`.

use frontdesk_domain::{
    db::Dialect,
    params,
    sample_data::{self, users::Seeding},
};
use uuid::Uuid;

use crate::support::TestDomain;

both! { no_lookup_reads_a_whole_table }

async fn populate(domain: &TestDomain) {
    sample_data::users::seed(domain, &Seeding { users: 20_000, seed: 1, password_hash: None }, |_| ())
        .await
        .unwrap();
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

async fn no_lookup_reads_a_whole_table(domain: TestDomain) {
    populate(&domain).await;
    let now = domain.clock.now();
    for_all_statistics(&domain, async || {
        let mut looked_at = 0;
        for sql in frontdesk_domain::statements() {
            let values = match sql.name {
                "db.users.BY_ID" | "db.users.passwords.CREDENTIALS_BY_ID" | "db.words.OF_USER" => {
                    params![Uuid::max()]
                }
                "db.addresses.TAKE" | "db.addresses.SPELL" => params![Uuid::max(), "ann@example.com"],
                "db.addresses.TAKE_FREE" | "db.addresses.SHARE" => {
                    params![Uuid::max(), "ann@example.com", "Ann@example.com"]
                }
                "db.addresses.UNFILLED" => params![Uuid::nil(), 1_000],
                "db.addresses.FILL_PLAIN" => params![Uuid::nil(), Uuid::max()],
                "db.addresses.LEFT" => params![],
                "db.addresses.SHARED" => params![1_001],
                "db.words.DELETE" => [params![Uuid::max()], vec!["ann".into(); 8]].concat(),
                "db.users.passwords.CREDENTIALS" | "db.users.BY_EMAIL" => {
                    params!["ann@example.com", "ann@example.com"]
                }
                "db.users.ID_BY_KEY" | "db.addresses.HAND_OVER" => params!["ann@example.com"],
                "db.users.SEEN" => params![Uuid::max(), now],
                "db.users.roles.OTHER_OWNERS" => params![Uuid::max()],
                "db.users.SUSPENDED" => params![5],
                "db.users.COUNT_JOINED" => params![now.plus_seconds(-86_400), 1_001],
                "db.users.COUNT_STATUS" => params!["suspended", 1_001],
                "db.refusals.COUNT_SINCE" => params!["login.failed", now],
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
            let fault = ["users", "user_words", "audit_events", "tokens"]
                .iter()
                .find_map(|table| reads_all(domain.db.dialect(), &plan, table));
            assert_eq!(fault, None, "{}\n{}\n{plan}", sql.name, sql.text);
        }
        assert_eq!(looked_at, 31);
    })
    .await;
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

//! Health checks.

use frontdesk_domain::{
    db::{Db, Dialect, Sql},
    params,
};

use frontdesk_testing::eventually;

use crate::support::Desk;

both! {
    it_lives_and_is_ready,
    it_lives_without_its_database_but_is_not_ready,
    it_is_not_ready_while_the_database_only_reads,
    it_lives_while_it_shuts_down_but_is_not_ready,
    health_is_told_however_busy_the_server_is,
}

async fn it_lives_and_is_ready(desk: Desk) {
    for path in ["/health/live", "/health/ready"] {
        let answer = desk.visitor().get(path).await.is(200);
        assert_eq!(
            (answer.header("content-type"), answer.text()),
            (Some("application/json"), r#"{"status":"ok"}"#)
        );
        assert_eq!(answer.header("set-cookie"), None);
        desk.visitor().head(path).await.is(200);
    }
    desk.visitor().get("/health").await.is(404);
    desk.visitor().get("/health/nothing").await.is(404);
}

async fn it_lives_without_its_database_but_is_not_ready(desk: Desk) {
    desk.domain.db.close().await;
    let program = desk.visitor().program();
    program.get("/health/live").await.is(200);
    let problem = program.get("/health/ready").await.is(503).problem();
    assert_eq!(problem.detail.as_deref(), Some("The database cannot be used."));
}

async fn it_is_not_ready_while_the_database_only_reads(desk: Desk) {
    let program = desk.visitor().program();
    program.get("/health/ready").await.is(200);
    refuse_writes(&desk.domain.db).await;
    eventually(async || {
        let told = program.get("/health/ready").await.text().to_owned();
        if told.contains("The database cannot be written to.") { Ok(()) } else { Err(told) }
    })
    .await;
    program.get("/health/ready").await.is(503);
    // Reading goes on.
    desk.visitor().get("/").await.is(200);
    program.get("/health/live").await.is(200);
}

/// Makes every write fail from now on: PostgreSQL becomes read-only, as a standby is, and SQLite aborts each
/// statement, as it does on a full disk.
async fn refuse_writes(db: &Db) {
    let statements: &[&'static str] = match db.dialect() {
        Dialect::Sqlite => {
            &["CREATE TRIGGER full BEFORE UPDATE ON turns BEGIN SELECT RAISE(ABORT, 'disk full'); END"]
        }
        Dialect::Postgres => &[
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); \
             END $$",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        ],
    };
    let mut tx = db.write();
    for text in statements {
        tx.execute(Sql::new("test.REFUSE_WRITES", text), params![]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn it_lives_while_it_shuts_down_but_is_not_ready(desk: Desk) {
    desk.state.shutdown.begin();
    let program = desk.visitor().program();
    program.get("/health/live").await.is(200);
    let problem = program.get("/health/ready").await.is(503).problem();
    assert_eq!(problem.detail.as_deref(), Some("Shutting down."));
    // Connected clients are served to the end.
    desk.visitor().get("/").await.is(200);
}

async fn health_is_told_however_busy_the_server_is(desk: Desk) {
    let full = desk
        .with(|settings| (settings.in_flight, settings.rates.page) = (0, 1))
        .visitor()
        .from("203.0.113.9");
    full.get("/").await.is(503);
    full.get("/").await.is(429);
    for _ in 0..3 {
        full.get("/health/live").await.is(200);
        full.get("/health/ready").await.is(200);
    }
}

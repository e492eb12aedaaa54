//! Databases that cannot be used: one sentence with the way out.

use std::net::TcpListener;

use frontdesk_domain::db::{DatabaseUrl, Db, Options, PostgresUrl, Sql};
use frontdesk_domain::params;
use sqlx::{ConnectOptions as _, Connection as _, postgres::PgConnectOptions};

use crate::support::{Engine, TestDomain, eventually, run};

/// The error of a database that cannot be opened, without its causes.
async fn refusal(url: DatabaseUrl) -> String {
    match Db::open(&url, &Options::default()).await {
        Ok(_) => panic!("{url} was opened"),
        Err(error) => error.to_string(),
    }
}

/// The server of a test's database, to connect to in other ways.
fn server(domain: &TestDomain) -> PgConnectOptions {
    let DatabaseUrl::Postgres(server) = domain.url() else { panic!("this is about PostgreSQL") };
    server.options.clone()
}

fn postgres(server: PgConnectOptions) -> DatabaseUrl {
    DatabaseUrl::Postgres(Box::new(PostgresUrl { options: server, pgbouncer: false, client_key: None }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_database_in_another_encoding_is_refused() {
    run(Engine::Postgres, async |domain: TestDomain| {
        let server = server(&domain);
        let name = format!("latin_{}", server.get_database().unwrap());
        // Outside of a transaction, where PostgreSQL creates no databases.
        let execute = async |command: String| {
            let mut connection = server.connect().await.unwrap();
            sqlx::raw_sql(sqlx::AssertSqlSafe(command)).execute(&mut connection).await.unwrap();
        };
        execute(format!(
            "CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        ))
        .await;
        let why = refusal(postgres(server.clone().database(&name))).await;
        execute(format!("DROP DATABASE {name} WITH (FORCE)")).await;
        assert!(why.starts_with("the database has the encoding LATIN1, and Frontdesk needs UTF8"), "{why}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_server_that_cannot_be_used_is_explained() {
    run(Engine::Postgres, async |domain: TestDomain| {
        let server = server(&domain);
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let nobody_there = server.clone().host("127.0.0.1").port(closed);
        for (to, reason) in [
            (nobody_there, format!("no PostgreSQL answers at 127.0.0.1:{closed}; start it")),
            (
                server.clone().host("db.invalid"),
                "the host db.invalid of the database URL is unknown".to_owned(),
            ),
            (
                server.clone().database("no_such_database"),
                "has no database no_such_database; create it".to_owned(),
            ),
            (server.clone().username("no_such_user"), "refuses the user no_such_user; check".to_owned()),
        ] {
            let why = refusal(postgres(to)).await;
            assert!(why.contains(&reason), "{why}");
        }
    })
    .await;
}

/// The statements of OPERATIONS that give the lesser role its rights, for a role of another name.
fn grants(role: &str) -> String {
    let (_, after) =
        include_str!("../../../../docs/OPERATIONS.md").split_once("-- as frontdesk_owner").unwrap();
    let (block, _) = after.split_once("```").unwrap();
    let (_, grants) = block.split_once('\n').unwrap();
    grants.replace("frontdesk_serve", role)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lesser_role_of_the_documentation_may_do_all_that_the_program_does_and_no_more() {
    run(Engine::Postgres, async |domain: TestDomain| {
        let server = server(&domain);
        let role = format!("lesser_{}", server.get_database().unwrap());
        let mut owner = server.connect().await.unwrap();
        // PostgreSQL 14 and older let every role create tables.
        let create = format!("REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE {role} LOGIN");
        sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&mut owner).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(grants(&role))).execute(&mut owner).await.unwrap();
        let as_lesser = server.clone().username(&role);

        let db = Db::open(&postgres(as_lesser.clone()), &Options::default()).await.unwrap();
        db.close().await;
        let mut lesser = as_lesser.connect().await.unwrap();
        let mut refused = Vec::new();
        // ANALYZE leaves out the tables of another role, with a warning.
        let statements =
            frontdesk_domain::statements().into_iter().filter(|sql| !sql.text.starts_with("ANALYZE"));
        for sql in statements {
            // EXPLAIN asks for the same rights as the statement.
            let nulls = vec!["NULL"; sql.params].join(", ");
            let nulls = if nulls.is_empty() { nulls } else { format!("({nulls})") };
            let explain = format!("PREPARE it AS {}; EXPLAIN EXECUTE it{nulls}; DEALLOCATE it", sql.text);
            if let Err(error) = sqlx::raw_sql(sqlx::AssertSqlSafe(explain)).execute(&mut lesser).await {
                refused.push(format!("{}: {error}", sql.name));
                sqlx::raw_sql("DEALLOCATE ALL").execute(&mut lesser).await.unwrap();
            }
        }
        assert!(refused.is_empty(), "{}", refused.join("\n"));
        for forbidden in [
            "UPDATE audit_events SET action = action",
            "DELETE FROM audit_events",
            "UPDATE ledger_entries SET at = at",
            "DELETE FROM ledger_postings",
            "DELETE FROM users",
            "DELETE FROM orders",
            "ALTER TABLE audit_events DISABLE TRIGGER ALL",
            "DROP TABLE payments",
            "CREATE TABLE another (id INTEGER)",
        ] {
            let error = sqlx::raw_sql(forbidden).execute(&mut lesser).await.unwrap_err();
            let code = error.as_database_error().unwrap().code().unwrap();
            assert_eq!(code, "42501", "{forbidden}: {error}");
        }

        // As an upgrade: a migration is missing that this role cannot apply.
        sqlx::raw_sql(
            "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)",
        )
        .execute(&mut owner)
        .await
        .unwrap();
        let why = refusal(postgres(as_lesser)).await;
        assert!(why.contains("run frontdesk migrate with the role that owns the tables"), "{why}");
        lesser.close().await.unwrap();
        let remove = format!("DROP OWNED BY {role}; DROP ROLE {role}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(remove)).execute(&mut owner).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sqlite_file_that_cannot_be_opened_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    // A directory in its place: also for root, who may write everything.
    let file = folder.path().join("frontdesk.db");
    std::fs::create_dir(&file).unwrap();
    let why = refusal(DatabaseUrl::Sqlite(file.clone())).await;
    assert!(why.contains(&format!("cannot write {} and its directory; run it as", file.display())), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_whole_and_private_and_restores_what_was_there() {
    use frontdesk_domain::db::{BackupError, back_up, restore};
    use std::os::unix::fs::PermissionsExt as _;

    const INSERT: Sql = Sql::new("test.INSERT", "INSERT INTO turns (name) VALUES ($1)");
    const FIND: Sql = Sql::new("test.FIND", "SELECT name FROM turns WHERE name = $1");
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("frontdesk.db"), folder.path().join("copy.db"));
    let url = DatabaseUrl::Sqlite(file.clone());
    let open = async || Db::open(&url, &Options::default()).await.unwrap();
    let write = async |db: &Db, name: &str| {
        let mut tx = db.write();
        tx.execute(INSERT, params![name]).await.unwrap();
        tx.commit().await.unwrap();
    };
    let has =
        async |db: &Db, name: &str| db.optional::<(String,)>(FIND, params![name]).await.unwrap().is_some();

    let db = open().await;
    write(&db, "before").await;
    // While it is in use, with changes that are only in its log.
    back_up(&file, &copy).await.unwrap();
    write(&db, "after").await;
    assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(matches!(back_up(&file, &copy).await, Err(BackupError::Exists(_))));
    assert!(matches!(restore(&copy, &file).await, Err(BackupError::InUse(_))));
    db.close().await;
    drop(db);

    // The writer's connection closes in the background, and writes the log into the database.
    let log = folder.path().join("frontdesk.db-wal");
    eventually(async || if log.exists() { Err("the log is there") } else { Ok(()) }).await;
    // A log that a crash has left would be applied to the wrong database.
    std::fs::write(&log, [7; 4_096]).unwrap();
    let replaced = restore(&copy, &file).await.unwrap().unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let db = open().await;
    assert_eq!((has(&db, "before").await, has(&db, "after").await), (true, false));
    db.close().await;
    let old = Db::open(&DatabaseUrl::Sqlite(replaced), &Options::default()).await.unwrap();
    assert!(has(&old, "after").await);
    old.close().await;

    for (name, content) in
        [("empty", &b""[..]), ("text", b"not a database"), ("cut", &std::fs::read(&copy).unwrap()[..9_000])]
    {
        let wrong = folder.path().join(name);
        std::fs::write(&wrong, content).unwrap();
        assert!(matches!(restore(&wrong, &file).await, Err(BackupError::NotABackup { .. })), "{name}");
    }
    assert!(matches!(restore(&folder.path().join("none"), &file).await, Err(BackupError::NotABackup { .. })));
    let db = open().await;
    assert!(has(&db, "before").await);
    db.close().await;
}

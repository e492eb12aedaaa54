//! Gives every test its own database, which is dropped at the end of the test.
//!
//! A database is a copy of a template that is migrated once: a migration costs ten times as much.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    panic::{AssertUnwindSafe, resume_unwind},
    path::Path,
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use frontdesk_platform::db::{DatabaseUrl, Db, Options, PostgresUrl};
use futures::FutureExt as _;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection, postgres::PgConnectOptions};
use tokio::sync::OnceCell;

/// The variable with the URL of the server for the tests on PostgreSQL.
const VARIABLE: &str = "TEST_POSTGRES_URL";

/// The name of a SQLite file.
const FILE: &str = "test.db";

/// The system under test, on a database.
pub trait Subject: Sized {
    /// Opens it on a database with a complete schema.
    fn open(url: DatabaseUrl) -> impl Future<Output = Self>;

    /// Its connections, to be closed at the end of the test.
    fn db(&self) -> Db;
}

/// Runs tests on both databases: `both! { a_rule, another_rule }`.
#[macro_export]
macro_rules! both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                $crate::run($crate::Engine::Sqlite, super::$test).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                $crate::run($crate::Engine::Postgres, super::$test).await;
            })*
        }
    };
}

/// A kind of database.
#[derive(Clone, Copy)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Runs a test on its own database, which is dropped even if the test fails.
pub async fn run<S: Subject, T, F: Future<Output = T>>(engine: Engine, test: impl FnOnce(S) -> F) -> T {
    let database = Database::create(engine).await;
    let subject = S::open(database.url()).await;
    let db = subject.db();
    let ended = AssertUnwindSafe(Box::pin(test(subject))).catch_unwind().await;
    db.close().await;
    database.drop().await;
    ended.unwrap_or_else(|panic| resume_unwind(panic))
}

enum Database {
    Sqlite(tempfile::TempDir),
    Postgres { server: Box<PgConnectOptions>, name: String },
}

impl Database {
    async fn create(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                fs::write(folder.path().join(FILE), sqlite_template().await).unwrap();
                Self::Sqlite(folder)
            }
            Engine::Postgres => {
                static NEXT: AtomicU32 = AtomicU32::new(0);
                let name = format!("test_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
                let server = Box::new(server());
                let template = postgres_template(&server).await;
                let mut connection = connect(&server).await;
                copy(&mut connection, template, &name).await;
                connection.close().await.unwrap();
                Self::Postgres { server, name }
            }
        }
    }

    fn url(&self) -> DatabaseUrl {
        match self {
            Self::Sqlite(folder) => DatabaseUrl::Sqlite(folder.path().join(FILE)),
            Self::Postgres { server, name } => database(server, name),
        }
    }

    async fn drop(self) {
        if let Self::Postgres { server, name } = self {
            // FORCE: a test may have left other instances open.
            let mut connection = connect(&server).await;
            execute(&mut connection, format!("DROP DATABASE {name} WITH (FORCE)")).await;
            connection.close().await.unwrap();
        }
    }
}

/// The content of a migrated SQLite file.
async fn sqlite_template() -> &'static [u8] {
    static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
    let migrate = || async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        // The last connection to close writes all of the log into the file.
        Db::open(&DatabaseUrl::Sqlite(path.clone()), &Options::default()).await.unwrap().close().await;
        fs::read(path).unwrap()
    };
    TEMPLATE.get_or_init(migrate).await
}

/// The name of a migrated database. It stays on the server, for later runs with the same migrations.
async fn postgres_template(server: &PgConnectOptions) -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let migrate = || async {
        let name = format!("frontdesk_template_{:016x}", hash_of_migrations());
        let mut connection = connect(server).await;
        // Other test processes wait here until this connection is closed.
        execute(&mut connection, "SELECT pg_advisory_lock(7477746)".to_owned()).await;
        let found = sqlx::query("SELECT 1 FROM pg_database WHERE datname = $1").bind(&name);
        if connection.fetch_optional(found).await.unwrap().is_none() {
            // The final name says that the migrations are complete.
            let draft = format!("{name}_draft");
            execute(&mut connection, format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await;
            execute(&mut connection, format!("CREATE DATABASE {draft}")).await;
            Db::open(&database(server, &draft), &Options::default()).await.unwrap().close().await;
            execute(&mut connection, format!("ALTER DATABASE {draft} RENAME TO {name}")).await;
        }
        connection.close().await.unwrap();
        name
    };
    TEMPLATE.get_or_init(migrate).await
}

fn hash_of_migrations() -> u64 {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let folder = root.map(|folder| folder.join("migrations/postgres")).find(|folder| folder.is_dir());
    let mut files: Vec<_> =
        fs::read_dir(folder.unwrap()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        fs::read(file).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}

/// Creates a database as a copy of another.
async fn copy(connection: &mut PgConnection, template: &str, name: &str) {
    // Copying the files takes a tenth of the time of writing all pages to the log, which newer servers do by
    // default and older ones never.
    let has_strategies = connection.server_version_num().is_some_and(|version| version >= 150_000);
    let strategy = if has_strategies { "STRATEGY FILE_COPY" } else { "" };
    execute(connection, format!("CREATE DATABASE {name} TEMPLATE {template} {strategy}")).await;
}

fn database(server: &PgConnectOptions, name: &str) -> DatabaseUrl {
    DatabaseUrl::Postgres(Box::new(PostgresUrl {
        options: server.clone().database(name),
        pgbouncer: false,
        client_key: None,
    }))
}

fn server() -> PgConnectOptions {
    let Ok(url) = std::env::var(VARIABLE) else {
        panic!(
            "{VARIABLE} is not set, so there is no PostgreSQL server for this test. `cargo xtask test` brings one; \
             or set it to postgres://user@host:port/database, where the user may create databases."
        );
    };
    url.parse().unwrap_or_else(|error| panic!("{VARIABLE} does not name a PostgreSQL server: {error}"))
}

async fn connect(server: &PgConnectOptions) -> PgConnection {
    server.connect().await.unwrap_or_else(|error| {
        panic!("the PostgreSQL server that {VARIABLE} names does not answer: {error}")
    })
}

async fn execute(connection: &mut PgConnection, command: String) {
    connection.execute(sqlx::AssertSqlSafe(command)).await.unwrap();
}

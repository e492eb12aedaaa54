//! A fresh database for every test, gone when it ends. Both test binaries have this file: what a
//! test is about, their [`Subject`], has `open(url)` and a `domain`.

use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use frontdesk_domain::db::DatabaseUrl;
use futures::FutureExt as _;
use sqlx::{ConnectOptions as _, Executor as _, postgres::PgConnectOptions};

use super::Subject;

/// Names the server that the tests on PostgreSQL use.
const VARIABLE: &str = "TEST_POSTGRES_URL";

/// Runs tests on both databases: `both! { a_rule, another_rule }`.
macro_rules! both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                $crate::support::run($crate::support::Engine::Sqlite, super::$test).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                $crate::support::run($crate::support::Engine::Postgres, super::$test).await;
            })*
        }
    };
}

#[derive(Clone, Copy)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Runs a test on a database of its own, and drops that however the test ends.
pub async fn run<T, F: Future<Output = T>>(engine: Engine, test: impl FnOnce(Subject) -> F) -> T {
    let database = Database::create(engine).await;
    let subject = Subject::open(database.url()).await;
    let db = subject.domain.db.clone();
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
            Engine::Sqlite => Self::Sqlite(tempfile::tempdir().unwrap()),
            Engine::Postgres => {
                static NEXT: AtomicU32 = AtomicU32::new(0);
                let name = format!("test_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
                let server = Box::new(server());
                administer(&server, format!("CREATE DATABASE {name}")).await;
                Self::Postgres { server, name }
            }
        }
    }

    fn url(&self) -> DatabaseUrl {
        match self {
            Self::Sqlite(folder) => DatabaseUrl::Sqlite(folder.path().join("test.db")),
            Self::Postgres { server, name } => {
                DatabaseUrl::Postgres(Box::new(server.as_ref().clone().database(name)))
            }
        }
    }

    async fn drop(self) {
        if let Self::Postgres { server, name } = self {
            // FORCE: a test may have left other instances open.
            administer(&server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
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

async fn administer(server: &PgConnectOptions, command: String) {
    let mut connection = server.connect().await.unwrap_or_else(|error| {
        panic!("the PostgreSQL server that {VARIABLE} names does not answer: {error}")
    });
    connection.execute(sqlx::AssertSqlSafe(command)).await.unwrap();
}

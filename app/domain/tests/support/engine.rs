//! A fresh database for every test, gone when it ends.

use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use frontdesk_domain::db::DatabaseUrl;
use futures::FutureExt as _;
use sqlx::{ConnectOptions, Executor, postgres::PgConnectOptions};

use super::TestDomain;

/// Names the server that the tests on PostgreSQL use.
const VARIABLE: &str = "TEST_POSTGRES_URL";

#[derive(Clone, Copy)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Runs a test on a database of its own, and drops that however the test ends.
pub async fn run<T, F: Future<Output = T>>(engine: Engine, test: impl FnOnce(TestDomain) -> F) -> T {
    let database = Database::create(engine).await;
    let domain = TestDomain::open(database.url()).await;
    let ended = AssertUnwindSafe(test(domain.clone())).catch_unwind().await;
    domain.db.close().await;
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

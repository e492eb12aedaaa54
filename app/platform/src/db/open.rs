//! Opening a database: connections and their limits.

use std::{
    io::{self, ErrorKind},
    path::Path,
    sync::Arc,
    time::Duration,
};

use sqlx::{
    Executor,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{
    Db, Engine, Error, migrate, postgres::Connections, readers::Readers, url::DatabaseUrl, writer::Writer,
};

/// Number of rows that SQLite's thread may be ahead of the reader. A page of a list fits, so that the two
/// threads wait for each other once per query.
const ROWS: usize = 256;

/// Number of connections, and time limits.
#[derive(Clone, Debug)]
pub struct Options {
    /// Reading connections (SQLite), or all connections (PostgreSQL).
    pub connections: u32,
    /// Time limit of waiting for a connection or for the writer.
    pub acquire: Duration,
    /// PostgreSQL's time limit for one statement.
    pub statement: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections: 8, acquire: Duration::from_secs(5), statement: Duration::from_secs(10) }
    }
}

impl Db {
    /// Connects, creates the SQLite file if it is missing, and migrates the schema.
    ///
    /// # Errors
    /// The cause, in words for an operator.
    pub async fn open(url: &DatabaseUrl, options: &Options) -> Result<Self, Error> {
        migrate::migrate(url).await?;
        let engine = match url {
            DatabaseUrl::Sqlite(path) => {
                let writer = Writer::open(&sqlite(path, options), options.acquire)
                    .await
                    .map_err(|source| not_opened(path, source))?;
                let reading = sqlite(path, options).pragma("query_only", "ON").row_buffer_size(ROWS);
                let readers = Readers::open(reading, options.connections, options.acquire)
                    .await
                    .map_err(|source| not_opened(path, source))?;
                Engine::Sqlite { readers, writer, file: path.as_path().into() }
            }
            DatabaseUrl::Postgres(url) => Engine::Postgres(Connections::open(url, options).await?),
        };
        Ok(Self { engine, statements: Arc::default(), announcements: Arc::default() })
    }

    /// Succeeds if the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        let answer = match &self.engine {
            Engine::Sqlite { readers, .. } => {
                async {
                    let mut reader = readers.lend().await?;
                    let answer = reader.connection().await?.execute("SELECT 1").await;
                    reader.heard(answer).map(|_| ())
                }
                .await
            }
            Engine::Postgres(connections) => connections.ping().await,
        };
        answer.map_err(|source| Error::of("SELECT 1", source))
    }

    /// Free space on the disk of the SQLite file, in bytes; `None` for PostgreSQL, which has its own disk.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn free_space(&self) -> io::Result<Option<u64>> {
        let Engine::Sqlite { file, .. } = &self.engine else { return Ok(None) };
        let space = rustix::fs::statvfs(&**file)?;
        Ok(Some(space.f_bavail.saturating_mul(space.f_frsize)))
    }

    /// Closes all connections, after the commit of the last group of writes.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite { readers, writer, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Engine::Postgres(connections) => connections.close().await,
        }
    }

    /// Prepares a statement and returns its number of parameters. For the test that prepares all of them.
    #[doc(hidden)]
    pub async fn prepare(&self, sql: super::Sql) -> Result<usize, Error> {
        use sqlx::{Either, SqlSafeStr as _, Statement as _};
        let text = sql.text.into_sql_str();
        let failed = |source| Error::of(sql.name, source);
        let found = |params: Option<Either<usize, usize>>| params.map_or(0, Either::into_inner);
        match &self.engine {
            Engine::Sqlite { readers, .. } => {
                let mut reader = readers.lend().await.map_err(failed)?;
                let statement = reader.connection().await.map_err(failed)?.prepare(text).await;
                let statement = reader.heard(statement).map_err(failed)?;
                Ok(found(statement.parameters().map(|params| params.map_left(<[_]>::len))))
            }
            Engine::Postgres(connections) => {
                let statement = connections.pool().prepare(text).await.map_err(failed)?;
                Ok(found(statement.parameters().map(|params| params.map_left(<[_]>::len))))
            }
        }
    }

    /// The plan of a statement, one step per line. For the tests that check that lists use their indexes.
    #[doc(hidden)]
    pub async fn explain(&self, sql: super::Sql, params: Vec<super::Value>) -> Result<String, Error> {
        use sqlx::Row as _;
        let failed = |source| Error::of(sql.name, source);
        match &self.engine {
            Engine::Sqlite { readers, .. } => {
                let text = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", sql.text));
                let query = sqlx::query_with(text, super::sqlite_arguments(sql, params)?);
                let mut reader = readers.lend().await.map_err(failed)?;
                let rows = query.fetch_all(reader.connection().await.map_err(failed)?).await;
                let rows = reader.heard(rows).map_err(failed)?;
                Ok(rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("\n"))
            }
            Engine::Postgres(connections) => {
                let text = sqlx::AssertSqlSafe(format!("EXPLAIN {}", sql.text));
                let query = sqlx::query_with(text, super::postgres_arguments(sql, params)?);
                let rows = query.fetch_all(connections.pool()).await.map_err(failed)?;
                Ok(rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n"))
            }
        }
    }
}

/// Explains a SQLite file that cannot be opened.
pub(super) fn not_opened(path: &Path, source: sqlx::Error) -> Error {
    let is_forbidden = match &source {
        sqlx::Error::Io(error) => error.kind() == ErrorKind::PermissionDenied,
        // SQLITE_READONLY and SQLITE_CANTOPEN.
        sqlx::Error::Database(error) => matches!(error.code().as_deref(), Some("8" | "14")),
        _ => false,
    };
    if !is_forbidden {
        return Error::Failed { statement: "opening the SQLite file", source };
    }
    Error::Unusable(format!(
        "the user that runs this program cannot write {} and its directory; run it as their owner, or choose another \
         --data-dir",
        path.display()
    ))
}

pub(super) fn sqlite(path: &Path, options: &Options) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: acknowledged commits survive a power failure. Group commit pays for it.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(options.acquire)
        .statement_cache_capacity(500)
        .pragma("temp_store", "MEMORY")
        .pragma("cache_size", "-4000")
}

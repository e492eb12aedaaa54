//! One facade over two databases: SQLite inside the process, or PostgreSQL.
//!
//! Four verbs (`one`, `optional`, `all`, `execute`) take a [`Sql`] and `params![…]`. A read borrows a
//! connection for one statement; a write is a [`Tx`], the unit of work, which has no effect until it is
//! committed:
//!
//! ```ignore
//! let mut tx = domain.db.write().await?;
//! tx.execute(store::RENAME, params![id, name]).await?;
//! events::record(&mut tx, domain, actor, entry).await?;
//! tx.commit().await?;
//! ```

mod open;
mod readers;
mod row;
mod sql;
mod url;
mod writer;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use sqlx::{
    FromRow, PgPool, Postgres,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};
use tokio::sync::Notify;

pub use crate::{row, statements};
pub use open::Options;
#[doc(hidden)]
pub use row::column;
pub use row::{Json, Text};
pub use sql::{Sql, Value};
#[doc(hidden)]
pub use sqlx;
pub use url::{DatabaseUrl, WrongUrl};
#[doc(hidden)]
pub use uuid::Uuid as Id;

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    /// Number of executed statements. Tests use it to limit the statements of a page.
    statements: Arc<AtomicU64>,
    /// Notifies about commits that a part of this process waits for.
    announcements: Arc<Notify>,
}

#[derive(Clone)]
enum Engine {
    Sqlite { readers: readers::Readers, writer: writer::Writer },
    Postgres { pool: PgPool },
}

/// A unit of work. Dropping it without [`Tx::commit`] rolls it back.
pub struct Tx {
    engine: TxEngine,
    statements: Arc<AtomicU64>,
    announcements: Arc<Notify>,
    /// Announce the commit.
    announced: bool,
}

enum TxEngine {
    Sqlite(writer::Unit),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// Failures of the database. Conflicts and absent rows are results, not errors.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no connection to the database became free in time")]
    Busy,
    #[error("the group of writes that this one belonged to could not be committed")]
    NotCommitted,
    #[error("this was done before, under the same idempotency key")]
    Repeated,
    #[error("{statement} failed")]
    Failed { statement: &'static str, source: sqlx::Error },
    #[error("{list} has no statement for {shape}")]
    NoShape { list: &'static str, shape: String },
    #[error("{statement} takes {expected} parameters and was given {given}")]
    Parameters { statement: &'static str, expected: usize, given: usize },
}

impl Error {
    /// Violation of a unique index. Which one it was is not available on both databases.
    pub fn is_conflict(&self) -> bool {
        let Self::Failed { source: sqlx::Error::Database(error), .. } = self else { return false };
        error.kind() == sqlx::error::ErrorKind::UniqueViolation
    }

    fn of(statement: &'static str, source: sqlx::Error) -> Self {
        match source {
            sqlx::Error::PoolTimedOut => Self::Busy,
            // SQLITE_BUSY: another process has locked the file for too long.
            sqlx::Error::Database(error) if error.code().as_deref() == Some("5") => Self::Busy,
            source => Self::Failed { statement, source },
        }
    }
}

/// A row of either database; implemented by deriving `sqlx::FromRow`.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static
{}

/// The engine, for unavoidable differences such as `EXPLAIN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Db {
    pub fn dialect(&self) -> Dialect {
        match self.engine {
            Engine::Sqlite { .. } => Dialect::Sqlite,
            Engine::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// Number of statements executed so far.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Starts a unit of work. On SQLite it waits for the single writer.
    ///
    /// # Errors
    /// [`Error::Busy`] if the wait is too long.
    pub async fn write(&self) -> Result<Tx, Error> {
        let engine = match &self.engine {
            Engine::Sqlite { writer, .. } => TxEngine::Sqlite(writer.begin().await?),
            Engine::Postgres { pool } => {
                TxEngine::Postgres(pool.begin().await.map_err(|source| Error::of("BEGIN", source))?)
            }
        };
        Ok(Tx {
            engine,
            statements: self.statements.clone(),
            announcements: self.announcements.clone(),
            announced: false,
        })
    }

    /// Waits for the commit of a transaction of this process that calls [`Tx::announce`]. A commit before
    /// the call counts.
    pub async fn announced(&self) {
        self.announcements.notified().await;
    }

    /// The only row; its absence is an error.
    pub async fn one<T: Row>(&self, sql: Sql, params: Vec<Value>) -> Result<T, Error> {
        self.optional(sql, params).await?.ok_or_else(|| Error::of(sql.name, sqlx::Error::RowNotFound))
    }

    /// The row, if there is one. Its absence is no error.
    pub async fn optional<T: Row>(&self, sql: Sql, params: Vec<Value>) -> Result<Option<T>, Error> {
        check(sql, &params, &self.statements)?;
        let row = match &self.engine {
            Engine::Sqlite { readers, .. } => {
                let query = sqlx::query_as_with(sql.text, sqlite_arguments(sql, params)?);
                async {
                    let mut reader = readers.lend().await?;
                    let row = query.fetch_optional(reader.connection().await?).await;
                    reader.heard(row)
                }
                .await
            }
            Engine::Postgres { pool } => {
                sqlx::query_as_with(sql.text, postgres_arguments(sql, params)?).fetch_optional(pool).await
            }
        };
        row.map_err(|source| Error::of(sql.name, source))
    }

    /// As [`Db::one`], for a statement that reads whole tables and may take minutes.
    pub async fn one_patiently<T: Row>(&self, sql: Sql, params: Vec<Value>) -> Result<T, Error> {
        let first = self.all_patiently(sql, params).await?.into_iter().next();
        first.ok_or_else(|| Error::of(sql.name, sqlx::Error::RowNotFound))
    }

    /// As [`Db::all`], for a statement that reads whole tables and may take minutes.
    pub async fn all_patiently<T: Row>(&self, sql: Sql, params: Vec<Value>) -> Result<Vec<T>, Error> {
        let Engine::Postgres { pool } = &self.engine else { return self.all(sql, params).await };
        check(sql, &params, &self.statements)?;
        let query = sqlx::query_as_with(sql.text, postgres_arguments(sql, params)?);
        let rows = async {
            let mut tx = pool.begin().await?;
            sqlx::query("SET LOCAL statement_timeout = '10min'").execute(&mut *tx).await?;
            query.fetch_all(&mut *tx).await
        };
        rows.await.map_err(|source| Error::of(sql.name, source))
    }

    pub async fn all<T: Row>(&self, sql: Sql, params: Vec<Value>) -> Result<Vec<T>, Error> {
        check(sql, &params, &self.statements)?;
        let rows = match &self.engine {
            Engine::Sqlite { readers, .. } => {
                let query = sqlx::query_as_with(sql.text, sqlite_arguments(sql, params)?);
                async {
                    let mut reader = readers.lend().await?;
                    let rows = query.fetch_all(reader.connection().await?).await;
                    reader.heard(rows)
                }
                .await
            }
            Engine::Postgres { pool } => {
                sqlx::query_as_with(sql.text, postgres_arguments(sql, params)?).fetch_all(pool).await
            }
        };
        rows.map_err(|source| Error::of(sql.name, source))
    }
}

impl Tx {
    /// The only row; its absence is an error.
    pub async fn one<T: Row>(&mut self, sql: Sql, params: Vec<Value>) -> Result<T, Error> {
        self.optional(sql, params).await?.ok_or_else(|| Error::of(sql.name, sqlx::Error::RowNotFound))
    }

    /// The row, if there is one. With `ON CONFLICT DO NOTHING RETURNING`, `None` means a conflict.
    pub async fn optional<T: Row>(&mut self, sql: Sql, params: Vec<Value>) -> Result<Option<T>, Error> {
        check(sql, &params, &self.statements)?;
        let row = match &mut self.engine {
            TxEngine::Sqlite(unit) => {
                sqlx::query_as_with(sql.text, sqlite_arguments(sql, params)?)
                    .fetch_optional(unit.conn())
                    .await
            }
            TxEngine::Postgres(tx) => {
                sqlx::query_as_with(sql.text, postgres_arguments(sql, params)?)
                    .fetch_optional(&mut **tx)
                    .await
            }
        };
        row.map_err(|source| Error::of(sql.name, source))
    }

    pub async fn all<T: Row>(&mut self, sql: Sql, params: Vec<Value>) -> Result<Vec<T>, Error> {
        check(sql, &params, &self.statements)?;
        let rows = match &mut self.engine {
            TxEngine::Sqlite(unit) => {
                sqlx::query_as_with(sql.text, sqlite_arguments(sql, params)?).fetch_all(unit.conn()).await
            }
            TxEngine::Postgres(tx) => {
                sqlx::query_as_with(sql.text, postgres_arguments(sql, params)?).fetch_all(&mut **tx).await
            }
        };
        rows.map_err(|source| Error::of(sql.name, source))
    }

    /// Number of changed rows.
    pub async fn execute(&mut self, sql: Sql, params: Vec<Value>) -> Result<u64, Error> {
        check(sql, &params, &self.statements)?;
        let done = match &mut self.engine {
            TxEngine::Sqlite(unit) => {
                let query = sqlx::query_with(sql.text, sqlite_arguments(sql, params)?);
                query.execute(unit.conn()).await.map(|done| done.rows_affected())
            }
            TxEngine::Postgres(tx) => {
                let query = sqlx::query_with(sql.text, postgres_arguments(sql, params)?);
                query.execute(&mut **tx).await.map(|done| done.rows_affected())
            }
        };
        done.map_err(|source| Error::of(sql.name, source))
    }

    /// Makes the commit wake [`Db::announced`].
    pub fn announce(&mut self) {
        self.announced = true;
    }

    /// Commits durably: once this returns, the change survives a crash of the process and of the machine.
    ///
    /// # Errors
    /// Those of the database; then nothing is changed.
    pub async fn commit(self) -> Result<(), Error> {
        match self.engine {
            TxEngine::Sqlite(unit) => unit.commit().await?,
            TxEngine::Postgres(tx) => tx.commit().await.map_err(|source| Error::of("COMMIT", source))?,
        }
        if self.announced {
            self.announcements.notify_one();
        }
        Ok(())
    }
}

/// Compares the number of parameters with the statement's, and counts the statement.
fn check(sql: Sql, params: &[Value], statements: &AtomicU64) -> Result<(), Error> {
    if sql.params != params.len() {
        return Err(Error::Parameters { statement: sql.name, expected: sql.params, given: params.len() });
    }
    statements.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// Binds the values for either engine; their argument types share no usable bound.
macro_rules! arguments {
    ($name:ident -> $arguments:ty) => {
        fn $name(sql: Sql, params: Vec<Value>) -> Result<$arguments, Error> {
            use sqlx::Arguments as _;
            let mut arguments = <$arguments>::default();
            for param in params {
                match param {
                    Value::Uuid(it) => arguments.add(it),
                    Value::Text(it) => arguments.add(it),
                    Value::Int(it) => arguments.add(it),
                    Value::Bytes(it) => arguments.add(it),
                }
                .map_err(|source| Error::of(sql.name, sqlx::Error::Encode(source)))?;
            }
            Ok(arguments)
        }
    };
}

arguments!(sqlite_arguments -> SqliteArguments);
arguments!(postgres_arguments -> PgArguments);

//! One facade over two databases: SQLite inside the process, or PostgreSQL.
//!
//! Four verbs (`one`, `optional`, `all`, `execute`) take a [`Sql`] and `params![…]`. A read borrows a
//! connection for one statement; a write is a [`Tx`], the unit of work, which has no effect until it is
//! committed:
//!
//! ```ignore
//! let mut tx = db.write();
//! tx.execute(store::RENAME, params![id, name]).await?;
//! tx.commit().await?;
//! ```

mod backup;
mod migrate;
mod open;
mod postgres;
mod read;
mod readers;
mod row;
mod sql;
mod tx;
mod url;
mod writer;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use sqlx::{
    FromRow,
    postgres::{PgArguments, PgRow},
    sqlite::{SqliteArguments, SqliteRow},
};
use tokio::sync::Notify;

pub use crate::{row, statements};
pub use backup::{BackupError, back_up, restore};
pub use open::Options;
pub use read::Read;
#[doc(hidden)]
pub use row::column;
pub use row::{Json, Readable, Text, readable};
pub use sql::{Sql, Value};
#[doc(hidden)]
pub use sqlx;
pub use tx::{FirstStatement, Tx};
pub use url::{DatabaseUrl, PostgresUrl, WrongUrl};
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
    Sqlite { readers: readers::Readers, writer: writer::Writer, file: Arc<Path> },
    Postgres(postgres::Connections),
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
    /// The connection was lost, or the server is starting or stopping. Nothing was changed.
    #[error("the database went away during {statement}")]
    Unavailable { statement: &'static str, source: sqlx::Error },
    /// The connection was lost during the commit.
    #[error("it is not known if the transaction was committed")]
    OutcomeUnknown,
    #[error("{statement} failed")]
    Failed { statement: &'static str, source: sqlx::Error },
    #[error(
        "the database has the encoding {0}, and Frontdesk needs UTF8: create it with \
         CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
    )]
    Encoding(String),
    /// The reason and the way out, for the operator.
    #[error("{0}")]
    Unusable(String),
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
            source if postgres::is_away(&source) => Self::Unavailable { statement, source },
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
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Number of statements executed so far.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// A transaction, which begins with its first statement.
    pub fn write(&self) -> Tx {
        Tx::new(self.clone())
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
            Engine::Postgres(connections) => {
                connections.fetch_optional(sql.text, postgres_arguments(sql, params)?).await
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
        let Engine::Postgres(connections) = &self.engine else { return self.all(sql, params).await };
        check(sql, &params, &self.statements)?;
        let rows = connections.fetch_all_patiently(sql.text, postgres_arguments(sql, params)?).await;
        rows.map_err(|source| Error::of(sql.name, source))
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
            Engine::Postgres(connections) => {
                connections.fetch_all(sql.text, postgres_arguments(sql, params)?).await
            }
        };
        rows.map_err(|source| Error::of(sql.name, source))
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

//! Transactions.

use std::{sync::Arc, time::Duration};

use sqlx::Postgres;

use super::{
    Db, Engine, Error, Row, check, postgres_arguments,
    sql::{Sql, Value},
    sqlite_arguments, writer,
};

/// The pauses before each attempt to find the outcome of a commit: three seconds together.
const OUTCOME_PAUSES: [Duration; 5] = [
    Duration::from_millis(50),
    Duration::from_millis(150),
    Duration::from_millis(500),
    Duration::from_millis(800),
    Duration::from_millis(1_500),
];

/// A unit of work. Dropping it without [`Tx::commit`] rolls it back.
///
/// It begins with its first statement. A use case can authorize, validate and hash a password before
/// that, while other writers have their turn; on SQLite the first statement waits for the single writer.
pub struct Tx {
    db: Db,
    first: Option<Arc<dyn FirstStatement>>,
    open: Option<Open>,
    /// Announce the commit.
    announced: bool,
}

/// A transaction that has begun.
enum Open {
    Sqlite(writer::Unit),
    Postgres {
        tx: sqlx::Transaction<'static, Postgres>,
        /// The connection keeps prepared statements.
        keep_statements: bool,
    },
}

/// A statement that a transaction executes before all others, and that decides if they are executed.
pub trait FirstStatement: Send + Sync {
    /// The statement. The transaction fails with [`Error::Repeated`] unless it returns a row.
    fn statement(&self) -> (Sql, Vec<Value>);
    /// Called after it has returned a row.
    fn succeeded(&self);
    /// A statement that waits for a transaction with this first statement to end, and returns a row unless that
    /// transaction was committed. It is rolled back.
    fn probe(&self) -> (Sql, Vec<Value>);
}

impl Tx {
    pub(super) fn new(db: Db) -> Self {
        Self { db, first: None, open: None, announced: false }
    }

    /// Executes `first` when the transaction begins.
    #[must_use]
    pub fn after(mut self, first: Arc<dyn FirstStatement>) -> Self {
        self.first = Some(first);
        self
    }

    /// The only row; its absence is an error.
    pub async fn one<T: Row>(&mut self, sql: Sql, params: Vec<Value>) -> Result<T, Error> {
        self.optional(sql, params).await?.ok_or_else(|| Error::of(sql.name, sqlx::Error::RowNotFound))
    }

    /// The row, if there is one. With `ON CONFLICT DO NOTHING RETURNING`, `None` means a conflict.
    pub async fn optional<T: Row>(&mut self, sql: Sql, params: Vec<Value>) -> Result<Option<T>, Error> {
        check(sql, &params, &self.db.statements)?;
        self.open().await?.optional(sql, params).await
    }

    pub async fn all<T: Row>(&mut self, sql: Sql, params: Vec<Value>) -> Result<Vec<T>, Error> {
        check(sql, &params, &self.db.statements)?;
        let rows = match self.open().await? {
            Open::Sqlite(unit) => {
                sqlx::query_as_with(sql.text, sqlite_arguments(sql, params)?).fetch_all(unit.conn()).await
            }
            Open::Postgres { tx, keep_statements } => {
                let query = sqlx::query_as_with(sql.text, postgres_arguments(sql, params)?);
                query.persistent(*keep_statements).fetch_all(&mut **tx).await
            }
        };
        rows.map_err(|source| Error::of(sql.name, source))
    }

    /// Number of changed rows.
    pub async fn execute(&mut self, sql: Sql, params: Vec<Value>) -> Result<u64, Error> {
        check(sql, &params, &self.db.statements)?;
        let done = match self.open().await? {
            Open::Sqlite(unit) => {
                let query = sqlx::query_with(sql.text, sqlite_arguments(sql, params)?);
                query.execute(unit.conn()).await.map(|done| done.rows_affected())
            }
            Open::Postgres { tx, keep_statements } => {
                let query = sqlx::query_with(sql.text, postgres_arguments(sql, params)?);
                let query = query.persistent(*keep_statements);
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
    /// Without a statement there is nothing to commit.
    ///
    /// # Errors
    /// [`Error::OutcomeUnknown`] if the connection was lost, unless the first statement tells the outcome. After
    /// any other error nothing is changed.
    pub async fn commit(mut self) -> Result<(), Error> {
        match self.open.take() {
            Some(Open::Sqlite(unit)) => unit.commit().await?,
            Some(Open::Postgres { tx, .. }) => {
                match tx.commit().await.map_err(|source| Error::of("COMMIT", source)) {
                    Err(lost @ Error::Unavailable { .. }) => self.find_outcome(lost).await?,
                    ended => ended?,
                }
            }
            None => {}
        }
        if self.announced {
            self.db.announcements.notify_one();
        }
        Ok(())
    }

    /// Finds out if a transaction was committed when the answer to its COMMIT is lost: by its first statement,
    /// as soon as the database is available again.
    async fn find_outcome(&self, lost: Error) -> Result<(), Error> {
        let Some(first) = &self.first else { return Err(Error::OutcomeUnknown) };
        for pause in OUTCOME_PAUSES {
            tokio::time::sleep(pause).await;
            let (sql, params) = first.probe();
            let mut probe = self.db.write();
            match probe.optional::<(i64,)>(sql, params).await {
                Ok(None) => return Ok(()),
                Ok(Some(_)) => return Err(lost),
                Err(error) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "the outcome is not known yet")
                }
            }
        }
        Err(Error::OutcomeUnknown)
    }

    /// The open transaction, which is begun if it has not been.
    async fn open(&mut self) -> Result<&mut Open, Error> {
        let open = match self.open.take() {
            Some(open) => open,
            None => self.begin().await?,
        };
        Ok(self.open.insert(open))
    }

    async fn begin(&self) -> Result<Open, Error> {
        let mut open = match &self.db.engine {
            Engine::Sqlite { writer, .. } => Open::Sqlite(writer.begin().await?),
            Engine::Postgres(connections) => {
                let tx = connections.begin().await.map_err(|source| Error::of("BEGIN", source))?;
                Open::Postgres { tx, keep_statements: connections.keep_statements() }
            }
        };
        if let Some(first) = &self.first {
            let (sql, params) = first.statement();
            check(sql, &params, &self.db.statements)?;
            open.optional::<(i64,)>(sql, params).await?.ok_or(Error::Repeated)?;
            first.succeeded();
        }
        Ok(open)
    }
}

impl Open {
    async fn optional<T: Row>(&mut self, sql: Sql, params: Vec<Value>) -> Result<Option<T>, Error> {
        let row = match self {
            Self::Sqlite(unit) => {
                sqlx::query_as_with(sql.text, sqlite_arguments(sql, params)?)
                    .fetch_optional(unit.conn())
                    .await
            }
            Self::Postgres { tx, keep_statements } => {
                let query = sqlx::query_as_with(sql.text, postgres_arguments(sql, params)?);
                query.persistent(*keep_statements).fetch_optional(&mut **tx).await
            }
        };
        row.map_err(|source| Error::of(sql.name, source))
    }
}

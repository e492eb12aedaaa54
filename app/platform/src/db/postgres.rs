//! Connections to PostgreSQL: its own, or those of a pooler such as PgBouncer in transaction mode.
//!
//! Such a pooler gives each transaction another connection to the server. Prepared statements with names
//! and settings of a session do not last there, and a statement outside of a transaction may be parsed on
//! one connection and executed on another. So everything is a transaction, statements have no names, and
//! each transaction begins with its settings.

use std::{io::ErrorKind, time::Duration};

use sqlx::{
    AssertSqlSafe, Executor as _, FromRow, PgPool, Postgres, Transaction,
    postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow},
};

use super::{Error, open::Options, url::PostgresUrl};

/// The longest time that a transaction may wait for its next statement, in milliseconds.
const IDLE_IN_TRANSACTION: &str = "30000";

/// A pool of connections.
#[derive(Clone)]
pub(super) struct Connections {
    pool: PgPool,
    /// The first statements of a transaction through a pooler.
    pooled: Option<String>,
}

impl Connections {
    /// # Errors
    /// The reason that no connection can be made, in words for an operator.
    pub(super) async fn open(url: &PostgresUrl, options: &Options) -> Result<Self, Error> {
        let statement = options.statement.as_millis().to_string();
        let to = url.options.clone().application_name("frontdesk");
        let (to, pooled) = if url.pgbouncer {
            let begin = format!(
                "BEGIN; SET LOCAL statement_timeout = {statement}; \
                 SET LOCAL idle_in_transaction_session_timeout = {IDLE_IN_TRANSACTION}"
            );
            (without_session(to), Some(begin))
        } else {
            let to = to
                .statement_cache_capacity(500)
                .options([("statement_timeout", statement.as_str())])
                .options([("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION)]);
            (to, None)
        };
        let pool = PgPoolOptions::new()
            .max_connections(options.connections)
            .acquire_timeout(options.acquire)
            .idle_timeout(Duration::from_secs(600))
            .max_lifetime(Duration::from_secs(1_800))
            .connect_with(to);
        let pool = pool.await.map_err(|source| not_connected(&url.options, source))?;
        Ok(Self { pool, pooled })
    }

    /// Returns true if the connections keep prepared statements.
    pub(super) fn keep_statements(&self) -> bool {
        self.pooled.is_none()
    }

    pub(super) async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        match &self.pooled {
            Some(begin) => self.pool.begin_with(AssertSqlSafe(begin.clone())).await,
            None => self.pool.begin().await,
        }
    }

    pub(super) async fn fetch_optional<T>(
        &self,
        text: &'static str,
        arguments: PgArguments,
    ) -> Result<Option<T>, sqlx::Error>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let query = sqlx::query_as_with(text, arguments);
        if self.keep_statements() {
            return query.fetch_optional(&self.pool).await;
        }
        let mut tx = self.begin().await?;
        let row = query.persistent(false).fetch_optional(&mut *tx).await?;
        tx.commit().await?;
        Ok(row)
    }

    pub(super) async fn fetch_all<T>(
        &self,
        text: &'static str,
        arguments: PgArguments,
    ) -> Result<Vec<T>, sqlx::Error>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let query = sqlx::query_as_with(text, arguments);
        if self.keep_statements() {
            return query.fetch_all(&self.pool).await;
        }
        let mut tx = self.begin().await?;
        let rows = query.persistent(false).fetch_all(&mut *tx).await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// As [`Connections::fetch_all`], for a statement that may take minutes.
    pub(super) async fn fetch_all_patiently<T>(
        &self,
        text: &'static str,
        arguments: PgArguments,
    ) -> Result<Vec<T>, sqlx::Error>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let mut tx = self.begin().await?;
        tx.execute("SET LOCAL statement_timeout = '10min'").await?;
        let query = sqlx::query_as_with(text, arguments);
        query.persistent(self.keep_statements()).fetch_all(&mut *tx).await
    }

    pub(super) async fn ping(&self) -> Result<(), sqlx::Error> {
        self.pool.execute("SELECT 1").await.map(drop)
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }
}

/// Without the startup parameters that PgBouncer refuses, and without named statements.
pub(super) fn without_session(to: PgConnectOptions) -> PgConnectOptions {
    to.extra_float_digits(None).statement_cache_capacity(0)
}

/// Explains a failed connection to PostgreSQL: the usual reasons in one sentence with the way out, others
/// with the message of sqlx.
pub(super) fn not_connected(to: &PgConnectOptions, source: sqlx::Error) -> Error {
    let at = format!("{}:{}", to.get_host(), to.get_port());
    let user = to.get_username();
    let name = to.get_database().unwrap_or(user);
    let advice = match &source {
        sqlx::Error::Io(error) => match error.kind() {
            // For a missing certificate or socket, sqlx's message is only "no such file".
            ErrorKind::NotFound => return failed("opening a file that the database URL names", source),
            ErrorKind::ConnectionRefused => {
                format!(
                    "no PostgreSQL answers at {at}; start it, or correct the host and port of the database URL"
                )
            }
            _ if error.to_string().contains("lookup address") => {
                format!("the host {} of the database URL is unknown; check its spelling", to.get_host())
            }
            _ => return failed("connecting to PostgreSQL", source),
        },
        sqlx::Error::Database(error) => match error.code().as_deref() {
            Some("28000" | "28P01") => {
                format!(
                    "PostgreSQL at {at} refuses the user {user}; check the user name and the password of the database URL"
                )
            }
            Some("3D000") => {
                format!(
                    "PostgreSQL at {at} has no database {name}; create it, with the encoding UTF8, for the user {user}"
                )
            }
            // Unsupported startup parameters.
            Some("08P01") => format!(
                "PgBouncer at {at} refuses the settings of the connection; add pgbouncer=true to the database URL"
            ),
            _ => return failed("connecting to PostgreSQL", source),
        },
        _ => return failed("connecting to PostgreSQL", source),
    };
    Error::Unusable(advice)
}

fn failed(statement: &'static str, source: sqlx::Error) -> Error {
    Error::Failed { statement, source }
}

/// Returns true if the server went away, or does not take connections for now.
pub(super) fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        // Class 08 is about connections; the others are too many of them, and a server that stops or starts.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            (code.len() == 5 && code.starts_with("08"))
                || matches!(&*code, "53300" | "57P01" | "57P02" | "57P03")
        }),
        _ => false,
    }
}

//! Migrations of the schema, each time a database is opened.

use std::{collections::BTreeMap, fs::File, io, os::unix::fs::OpenOptionsExt, path::Path};

use sqlx::{
    Connection as _, Executor as _, PgConnection, SqliteConnection,
    migrate::{MigrateError, Migrator},
};

use super::{
    Error,
    open::{self, Options},
    postgres,
    url::{DatabaseUrl, PostgresUrl},
};

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// The version of the newest migration of the SQLite schema that this program knows.
pub(super) fn newest_migration() -> i64 {
    SQLITE.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Migrates the schema, on a connection of its own.
///
/// # Errors
/// The reason, in words for an operator.
pub(super) async fn migrate(url: &DatabaseUrl) -> Result<(), Error> {
    match url {
        DatabaseUrl::Sqlite(path) => migrate_sqlite(path).await,
        DatabaseUrl::Postgres(url) => migrate_postgres(url).await,
    }
}

async fn migrate_sqlite(path: &Path) -> Result<(), Error> {
    let opening = |source| open::not_opened(path, source);
    let _turn = take_turn(path).await.map_err(|source| opening(source.into()))?;
    let mut conn =
        SqliteConnection::connect_with(&open::sqlite(path, &Options::default())).await.map_err(opening)?;
    let migrated = SQLITE.run(&mut conn).await;
    conn.close().await.map_err(|source| Error::of("closing the SQLite file", source))?;
    migrated.map_err(|source| failed(source.into()))
}

/// Waits for other processes that migrate the same file, such as a command started at the same time as
/// the server: SQLite, unlike PostgreSQL, has no lock that outlives a transaction. The lock ends when the
/// file is dropped, or with the process.
async fn take_turn(database: &Path) -> io::Result<File> {
    let path = database.with_extension("migrating");
    let locked = tokio::task::spawn_blocking(move || {
        let file = File::options().create(true).append(true).mode(0o600).open(path)?;
        file.lock()?;
        Ok(file)
    });
    locked.await.map_err(io::Error::other)?
}

async fn migrate_postgres(url: &PostgresUrl) -> Result<(), Error> {
    let to = url.options.clone();
    let to = if url.pgbouncer { postgres::without_session(to) } else { to };
    let mut conn = PgConnection::connect_with(&to)
        .await
        .map_err(|source| postgres::not_connected(&url.options, source))?;
    if url.pgbouncer {
        // In one transaction, which stays on one connection of the server. Other processes wait for the lock,
        // and the names of statements are given back for whichever uses that connection next.
        let mut tx = conn.begin().await.map_err(failed)?;
        tx.execute("DEALLOCATE ALL; SELECT pg_advisory_xact_lock(7261842)").await.map_err(failed)?;
        bring_up_to_date(postgres_migrations().set_locking(false), &mut tx).await?;
        tx.execute("DEALLOCATE ALL").await.map_err(failed)?;
        tx.commit().await.map_err(failed)?;
    } else {
        bring_up_to_date(&postgres_migrations(), &mut conn).await?;
    }
    conn.close().await.map_err(|source| Error::of("closing a connection", source))
}

fn postgres_migrations() -> Migrator {
    sqlx::migrate!("../../migrations/postgres")
}

async fn bring_up_to_date(migrator: &Migrator, conn: &mut PgConnection) -> Result<(), Error> {
    check_encoding(conn).await?;
    // sqlx begins with CREATE TABLE IF NOT EXISTS, for which PostgreSQL demands the right to create tables also
    // when the table exists. A role that may only read and write rows can start if there is nothing to do.
    if is_up_to_date(migrator, conn).await? {
        return Ok(());
    }
    migrator.run(conn).await.map_err(|source| match &source {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) if is_forbidden(error) => {
            Error::Unusable(
                "the schema of the database is not that of this version, and this role may not change it; run \
                 frontdesk migrate with the role that owns the tables"
                    .to_owned(),
            )
        }
        _ => failed(source.into()),
    })
}

/// Returns true if exactly the migrations of this program have been applied, with their contents of today.
async fn is_up_to_date(migrator: &Migrator, conn: &mut PgConnection) -> Result<bool, Error> {
    let read = |source| Error::of("reading the applied migrations", source);
    let table: (bool,) = sqlx::query_as("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *conn)
        .await
        .map_err(read)?;
    if !table.0 {
        return Ok(false);
    }
    let applied: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations WHERE success")
            .fetch_all(conn)
            .await
            .map_err(read)?;
    let applied: BTreeMap<i64, Vec<u8>> = applied.into_iter().collect();
    let known: BTreeMap<i64, Vec<u8>> =
        migrator.iter().map(|migration| (migration.version, migration.checksum.to_vec())).collect();
    Ok(applied == known)
}

/// Returns true for PostgreSQL's "insufficient privilege".
fn is_forbidden(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.code().as_deref() == Some("42501"))
}

/// Refuses a database in another encoding than UTF-8: it would fail later, at the first name that the
/// encoding does not have.
async fn check_encoding(conn: &mut PgConnection) -> Result<(), Error> {
    let encoding: (String,) = sqlx::query_as("SHOW server_encoding")
        .fetch_one(conn)
        .await
        .map_err(|source| Error::of("SHOW server_encoding", source))?;
    if encoding.0 == "UTF8" { Ok(()) } else { Err(Error::Encoding(encoding.0)) }
}

fn failed(source: sqlx::Error) -> Error {
    Error::of("migrating the schema", source)
}

#[cfg(test)]
mod tests {
    use super::super::{Db, url::DatabaseUrl};
    use super::Options;

    #[tokio::test(flavor = "multi_thread")]
    async fn many_that_start_at_once_on_a_new_file_all_find_its_schema() {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("frontdesk.db"));
        let options = Options::default();
        for opened in futures::future::join_all((0..8).map(|_| Db::open(&url, &options))).await {
            opened.unwrap();
        }
    }
}

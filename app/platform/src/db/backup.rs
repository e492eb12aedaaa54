//! Backup and restore of a SQLite database.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteLockingMode},
};

use super::migrate::newest_migration;

/// A failure of a backup or of a restore.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{} exists already; choose another name for the backup", .0.display())]
    Exists(PathBuf),
    #[error("{} is in use: stop the server and its workers first", .0.display())]
    InUse(PathBuf),
    #[error("{} is not a backup of Frontdesk: {reason}", path.display())]
    NotABackup { path: PathBuf, reason: String },
    #[error("{} cannot be read", path.display())]
    Read { path: PathBuf, source: sqlx::Error },
    #[error("{} cannot be written", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{} cannot be backed up", path.display())]
    Copy { path: PathBuf, source: sqlx::Error },
}

/// Copies a database into a new file that only its owner can read, also while the server runs. The copy is
/// the state of one moment.
///
/// # Errors
/// [`BackupError::Exists`]; failures of the database and of the file system.
pub async fn back_up(database: &Path, to: &Path) -> Result<(), BackupError> {
    let reading = |source| BackupError::Read { path: database.to_owned(), source };
    let mut conn =
        SqliteConnectOptions::new().filename(database).read_only(true).connect().await.map_err(reading)?;
    // SQLite fills an empty file and keeps its mode.
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(|source| {
        match source.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Exists(to.to_owned()),
            _ => BackupError::Write { path: to.to_owned(), source },
        }
    })?;
    let copied = sqlx::query("VACUUM INTO $1").bind(to.to_string_lossy()).execute(&mut conn).await;
    // Now, and not when its thread ends: the last connection to close writes the log into the database.
    conn.close().await.map_err(reading)?;
    if let Err(source) = copied {
        // An incomplete copy must not pass for a backup.
        let _ = fs::remove_file(to);
        return Err(BackupError::Copy { path: database.to_owned(), source });
    }
    write_through(to).map_err(|source| BackupError::Write { path: to.to_owned(), source })
}

/// Replaces a database with a backup. The database before stays beside it, for its owner alone; returns its path,
/// if there was one.
///
/// # Errors
/// [`BackupError::NotABackup`]; [`BackupError::InUse`]; failures of the file system. The database is then
/// as it was before.
pub async fn restore(backup: &Path, database: &Path) -> Result<Option<PathBuf>, BackupError> {
    check(backup).await?;
    take_alone(database).await?;
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::Write { path, source }
    };
    let (new, old) = (beside(database, ".restoring"), beside(database, ".replaced"));
    copy_privately(backup, &new).map_err(at(&new))?;
    let kept = database.exists().then(|| old.clone());
    if kept.is_some() {
        remove(&old).map_err(at(&old))?;
        fs::hard_link(database, &old).map_err(at(&old))?;
        fs::set_permissions(&old, Permissions::from_mode(0o600)).map_err(at(&old))?;
    }
    // The log of the database before would be applied to the one that replaces it.
    for log in ["-wal", "-shm"] {
        let log = beside(database, log);
        remove(&log).map_err(at(&log))?;
    }
    fs::rename(&new, database).map_err(at(database))?;
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
    Ok(kept)
}

/// Requires an intact database of this program, not of a later version.
async fn check(backup: &Path) -> Result<(), BackupError> {
    let wrong = |reason: String| BackupError::NotABackup { path: backup.to_owned(), reason };
    let failed = |source: sqlx::Error| wrong(source.to_string());
    if !backup.is_file() {
        return Err(wrong("there is no such file".to_owned()));
    }
    // Immutable: the check must not create files beside the backup.
    let options = SqliteConnectOptions::new().filename(backup).read_only(true).immutable(true);
    let mut conn = options.connect().await.map_err(failed)?;
    let (state,): (String,) =
        sqlx::query_as("PRAGMA quick_check(1)").fetch_one(&mut conn).await.map_err(failed)?;
    if state != "ok" {
        return Err(wrong(state));
    }
    let newest: Result<(Option<i64>,), _> =
        sqlx::query_as("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut conn).await;
    match newest {
        Ok((Some(version),)) if version <= newest_migration() => Ok(()),
        Ok((Some(_),)) => Err(wrong("it is of a later version of Frontdesk".to_owned())),
        Ok((None,)) | Err(_) => Err(wrong("it has no data of Frontdesk".to_owned())),
    }
}

/// Succeeds if no other process has the database open. Writes its log into it, if it can be read at all.
async fn take_alone(database: &Path) -> Result<(), BackupError> {
    if !database.exists() {
        return Ok(());
    }
    let options = SqliteConnectOptions::new()
        .filename(database)
        .locking_mode(SqliteLockingMode::Exclusive)
        .busy_timeout(std::time::Duration::ZERO);
    let alone = async {
        let mut conn = options.connect().await?;
        let written = write_log(&mut conn).await;
        // Now, and not when its thread ends, in the midst of what comes next.
        conn.close().await.and(written)
    };
    match alone.await {
        // SQLITE_BUSY.
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("5") => {
            Err(BackupError::InUse(database.to_owned()))
        }
        // A database that cannot be read is a reason to restore another.
        Ok(()) | Err(_) => Ok(()),
    }
}

async fn write_log(conn: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&mut *conn).await?;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *conn).await.map(drop)
}

fn copy_privately(from: &Path, to: &Path) -> io::Result<()> {
    remove(to)?;
    let mut copy = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(&mut File::open(from)?, &mut copy)?;
    copy.sync_all()
}

fn write_through(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The path with something behind the file's name: `frontdesk.db-wal`.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

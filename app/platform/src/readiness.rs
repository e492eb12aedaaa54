//! Readiness of the database: it answers, and what is written is kept.
//!
//! A database that only reads (a standby, a full disk) answers every page and loses every form.

use std::io;

use crate::{
    advisory_lock,
    db::{self, Db},
};

/// Free space below which a SQLite database counts as full, in bytes: room for its log and one checkpoint.
const MIN_FREE_SPACE: u64 = 16 * 1_024 * 1_024;

/// The reason that the database is not ready.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    #[error("the disk is full: {free} bytes are free")]
    DiskFull { free: u64 },
    #[error("the free space of the disk is unknown")]
    UnknownSpace(#[from] io::Error),
    #[error("the database cannot be written to")]
    NotWritable(#[from] db::Error),
}

/// Commits a write.
///
/// # Errors
/// [`NotReady`]. A database that is only busy is ready.
pub async fn check(db: &Db) -> Result<(), NotReady> {
    if let Some(free) = db.free_space()?.filter(|free| *free < MIN_FREE_SPACE) {
        return Err(NotReady::DiskFull { free });
    }
    match write(db).await {
        Ok(()) | Err(db::Error::Busy) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn write(db: &Db) -> Result<(), db::Error> {
    let mut tx = db.write();
    advisory_lock::acquire(&mut tx, "readiness").await?;
    tx.commit().await
}

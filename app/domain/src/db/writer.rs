//! SQLite's one writer, with group commit.
//!
//! SQLite has one writer at a time, and a durable commit costs one fsync, whatever is in it. So
//! writes queue for the one connection, each runs as a savepoint, and those that were in the queue
//! together share one commit. Nobody is answered before that commit: `commit()` returns when the
//! fsync has, or with its error.
//!
//! The flusher is nothing but another one in the queue. The first write of a group sends it to the
//! end; everything that stands before it by then shares the group.

use std::{sync::Arc, time::Duration};

use sqlx::{SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::Error;

/// The queue for the writer connection.
#[derive(Clone)]
pub(super) struct Writer {
    queue: Arc<Mutex<State>>,
    patience: Duration,
}

struct State {
    conn: SqliteConnection,
    /// A `BEGIN` stands open.
    open: bool,
    /// The last write was dropped before its end, and its savepoint must be undone.
    unfinished: bool,
    /// Those whose savepoints are released and who wait for the commit.
    waiting: Vec<oneshot::Sender<bool>>,
}

/// One write: a savepoint within the open group.
pub(super) struct Unit {
    state: OwnedMutexGuard<State>,
}

impl Writer {
    pub(super) async fn open(options: &SqliteConnectOptions, patience: Duration) -> Result<Self, sqlx::Error> {
        use sqlx::ConnectOptions as _;
        let conn = options.connect().await?;
        let state = State { conn, open: false, unfinished: false, waiting: Vec::new() };
        Ok(Self { queue: Arc::new(Mutex::new(state)), patience })
    }

    /// Waits for its turn and opens a savepoint.
    pub(super) async fn begin(&self) -> Result<Unit, Error> {
        let turn = tokio::time::timeout(self.patience, self.queue.clone().lock_owned());
        let mut state = turn.await.map_err(|_| Error::Busy)?;
        state.undo_unfinished().await?;
        // From here until `commit` whatever ends this write early leaves something to undo.
        state.unfinished = true;
        if !state.open {
            state.open = true;
            tokio::spawn(flush(self.queue.clone()));
            if let Err(source) = run(&mut state.conn, "BEGIN IMMEDIATE").await {
                state.open = false;
                state.unfinished = false;
                return Err(Error::of("BEGIN IMMEDIATE", source));
            }
        }
        run(&mut state.conn, "SAVEPOINT unit").await.map_err(|source| Error::of("SAVEPOINT", source))?;
        Ok(Unit { state })
    }

    /// Waits for those in the queue, and commits what they left open.
    pub(super) async fn close(&self) {
        flush(self.queue.clone()).await;
    }
}

impl Unit {
    pub(super) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.state.conn
    }

    /// Releases the savepoint, lets the next one write, and waits until the group is on disk.
    pub(super) async fn commit(mut self) -> Result<(), Error> {
        run(&mut self.state.conn, "RELEASE unit").await.map_err(|source| Error::of("RELEASE", source))?;
        self.state.unfinished = false;
        let (done, committed) = oneshot::channel();
        self.state.waiting.push(done);
        drop(self.state);
        match committed.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Error::NotCommitted),
        }
    }
}

impl State {
    /// Undoes what a dropped write left. If even that fails, the whole group is given up: nobody
    /// in it has been told that it succeeded.
    async fn undo_unfinished(&mut self) -> Result<(), Error> {
        if !self.unfinished {
            return Ok(());
        }
        self.unfinished = false;
        let undone = run(&mut self.conn, "ROLLBACK TO unit; RELEASE unit").await;
        if undone.is_err() {
            self.end("ROLLBACK").await;
        }
        Ok(())
    }

    /// Ends the group by `COMMIT` or `ROLLBACK` and tells everybody in it.
    async fn end(&mut self, how: &'static str) {
        let ended = run(&mut self.conn, how).await;
        if let Err(error) = &ended {
            tracing::error!(error = %error, "a group of writes could not be committed");
            // Fails where SQLite has rolled back by itself, as on a full disk; then there is nothing to do.
            let _nothing_open = run(&mut self.conn, "ROLLBACK").await;
        }
        self.open = false;
        let committed = ended.is_ok() && how == "COMMIT";
        for waiting in self.waiting.drain(..) {
            // One who no longer listens has gone away; the write stands.
            let _gone = waiting.send(committed);
        }
    }
}

async fn flush(queue: Arc<Mutex<State>>) {
    let mut state = queue.lock_owned().await;
    let _undone = state.undo_unfinished().await;
    if state.open {
        state.end("COMMIT").await;
    }
}

async fn run(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sql).execute(conn).await.map(|_| ())
}

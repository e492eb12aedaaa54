//! SQLite's single writer, with group commit.
//!
//! SQLite has one writer at a time, and a durable commit costs one fsync whatever its size. So writes
//! queue for the connection, each runs as a savepoint, and those that were in the queue together share
//! one commit. No write is acknowledged before that commit: `commit()` returns after the fsync, or with
//! its error.
//!
//! The flusher is an ordinary member of the queue. The first write of a group puts it at the end; all
//! writes before it share the group.

use std::{sync::Arc, time::Duration};

use sqlx::{SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::Error;

/// Rolls back one write and keeps the group.
const UNDO: &str = "ROLLBACK TO unit; RELEASE unit";

/// The queue for the writing connection.
#[derive(Clone)]
pub(super) struct Writer {
    queue: Arc<Mutex<State>>,
    patience: Duration,
}

struct State {
    conn: SqliteConnection,
    /// A `BEGIN` is open.
    open: bool,
    /// Progress of the last write.
    step: Step,
    /// Writes with released savepoints that wait for the commit.
    waiting: Vec<oneshot::Sender<bool>>,
}

/// Progress of a write. A write that ends early, by an error or because its caller went away, leaves this
/// for the next in the queue to roll back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Nothing to roll back.
    Done,
    /// `BEGIN` was sent, without a result yet.
    Beginning,
    /// `SAVEPOINT` or `RELEASE` was sent, without a result yet.
    Crossing,
    /// The savepoint is open.
    Writing,
}

/// One write: a savepoint in the open group.
pub(super) struct Unit {
    state: OwnedMutexGuard<State>,
}

impl Writer {
    pub(super) async fn open(
        options: &SqliteConnectOptions,
        patience: Duration,
    ) -> Result<Self, sqlx::Error> {
        use sqlx::ConnectOptions as _;
        let conn = options.connect().await?;
        let state = State { conn, open: false, step: Step::Done, waiting: Vec::new() };
        Ok(Self { queue: Arc::new(Mutex::new(state)), patience })
    }

    /// Waits for its turn and opens a savepoint.
    pub(super) async fn begin(&self) -> Result<Unit, Error> {
        let turn = tokio::time::timeout(self.patience, self.queue.clone().lock_owned());
        let mut state = turn.await.map_err(|_| Error::Busy)?;
        if state.step != Step::Done {
            // A task of its own, which completes even if this write is dropped, too.
            let undo = tokio::spawn(async move {
                state.undo().await;
                state
            });
            state = undo.await.map_err(|_| Error::NotCommitted)?;
        }
        if !state.open {
            state.step = Step::Beginning;
            // Enqueued first, so that the group ends even if its first write is dropped.
            tokio::spawn(flush(self.queue.clone()));
            run(&mut state.conn, "BEGIN IMMEDIATE")
                .await
                .map_err(|source| Error::of("BEGIN IMMEDIATE", source))?;
            state.open = true;
        }
        state.cross("SAVEPOINT unit").await?;
        state.step = Step::Writing;
        Ok(Unit { state })
    }

    /// Waits for the queue, and commits what is open.
    pub(super) async fn close(&self) {
        flush(self.queue.clone()).await;
    }
}

impl Unit {
    pub(super) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.state.conn
    }

    /// Releases the savepoint, lets the next write start, and waits until the group is on disk.
    pub(super) async fn commit(mut self) -> Result<(), Error> {
        self.state.cross("RELEASE unit").await?;
        self.state.step = Step::Done;
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
    /// Opens or releases a savepoint.
    async fn cross(&mut self, sql: &'static str) -> Result<(), Error> {
        self.step = Step::Crossing;
        let crossed = run(&mut self.conn, sql).await;
        // The statement failed, so the savepoint's state is unknown, and only rolling back the whole
        // group is safe.
        crossed.inspect_err(|_| self.step = Step::Writing).map_err(|source| Error::of(sql, source))
    }

    /// Rolls back what the last write left.
    async fn undo(&mut self) {
        match self.step {
            Step::Done => {}
            Step::Beginning => {
                // Fails if `BEGIN` did.
                let _nothing_open = run(&mut self.conn, "ROLLBACK").await;
            }
            Step::Crossing => {
                // Fails if there is no savepoint: it was not opened, or is released already. Then that
                // write stays, without a caller to tell.
                let _nothing_open = run(&mut self.conn, UNDO).await;
            }
            Step::Writing => {
                // If even that fails, SQLite has rolled back the whole group, as on a full disk. No write
                // of the group has been acknowledged.
                if run(&mut self.conn, UNDO).await.is_err() {
                    self.end("ROLLBACK").await;
                }
            }
        }
        self.step = Step::Done;
    }

    /// Ends the group with `COMMIT` or `ROLLBACK` and wakes all its writes.
    async fn end(&mut self, how: &'static str) {
        let ended = run(&mut self.conn, how).await;
        if let Err(error) = &ended {
            tracing::error!(error = %error, "a group of writes was not committed");
            // Fails if SQLite has rolled back by itself, as on a full disk; then there is nothing to do.
            let _nothing_open = run(&mut self.conn, "ROLLBACK").await;
        }
        self.open = false;
        let committed = ended.is_ok() && how == "COMMIT";
        for waiting in self.waiting.drain(..) {
            // The caller may have gone away; the write stays.
            let _gone = waiting.send(committed);
        }
    }
}

async fn flush(queue: Arc<Mutex<State>>) {
    let mut state = queue.lock_owned().await;
    state.undo().await;
    if state.open {
        state.end("COMMIT").await;
    }
}

async fn run(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sql).execute(conn).await.map(|_| ())
}

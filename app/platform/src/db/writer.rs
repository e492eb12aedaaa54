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

/// Takes back one write and leaves the group as it was before.
const UNDO: &str = "ROLLBACK TO unit; RELEASE unit";

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
    /// How far the last write came.
    step: Step,
    /// Those whose savepoints are released and who wait for the commit.
    waiting: Vec<oneshot::Sender<bool>>,
}

/// How far a write came. One that ends early, by an error or because nobody waits for it any
/// longer, leaves this for the next in the queue to undo.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// There is nothing to undo.
    Done,
    /// `BEGIN` was sent, and nobody heard what came of it.
    Beginning,
    /// `SAVEPOINT` or `RELEASE` was sent, and nobody heard what came of it.
    Crossing,
    /// The savepoint is open.
    Writing,
}

/// One write: a savepoint within the open group.
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
            // A task of its own goes on if this write, too, is given up meanwhile.
            let undo = tokio::spawn(async move {
                state.undo().await;
                state
            });
            state = undo.await.map_err(|_| Error::NotCommitted)?;
        }
        if !state.open {
            state.step = Step::Beginning;
            // Sent off first, so that a group whose first write is given up is ended all the same.
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
    /// Enters or leaves a savepoint.
    async fn cross(&mut self, sql: &'static str) -> Result<(), Error> {
        self.step = Step::Crossing;
        let crossed = run(&mut self.conn, sql).await;
        // Heard and refused: what should be there is not, and only undoing the whole group is safe.
        crossed.inspect_err(|_| self.step = Step::Writing).map_err(|source| Error::of(sql, source))
    }

    /// Undoes what the last write left.
    async fn undo(&mut self) {
        match self.step {
            Step::Done => {}
            Step::Beginning => {
                // Fails if `BEGIN` did.
                let _nothing_open = run(&mut self.conn, "ROLLBACK").await;
            }
            Step::Crossing => {
                // Fails if there is no savepoint: it was not opened, or is released already. Then
                // that write stands, which is for nobody to hear.
                let _nothing_open = run(&mut self.conn, UNDO).await;
            }
            Step::Writing => {
                // Where even that fails, SQLite has rolled back everything by itself, as on a full
                // disk. Nobody in the group has been told that it succeeded.
                if run(&mut self.conn, UNDO).await.is_err() {
                    self.end("ROLLBACK").await;
                }
            }
        }
        self.step = Step::Done;
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
    state.undo().await;
    if state.open {
        state.end("COMMIT").await;
    }
}

async fn run(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sql).execute(conn).await.map(|_| ())
}

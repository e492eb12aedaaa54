//! SQLite's readers: a few connections, each lent to one query at a time.
//!
//! sqlx's own pool pings a connection whenever it is given back. For SQLite that costs as much as a
//! small query, two switches between threads, and finds out nothing: a file has no peer that could
//! have gone.
//!
//! What can happen is that whoever asked goes away, and leaves a query running. sqlx ends it at its
//! next row; until then the connection answers nobody. So one whose query nobody heard the end of
//! is lent last, and waited for first.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::{ConnectOptions as _, Connection as _, Error, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// The connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Readers(Arc<Shared>);

struct Shared {
    options: SqliteConnectOptions,
    count: u32,
    /// How long a query waits for a connection.
    patience: Duration,
    /// One for each connection that there may be.
    turns: Semaphore,
    /// Those that are not lent. The last is lent first: its cache is the warmest.
    idle: Mutex<Vec<Slot>>,
}

/// A connection, or the place for one.
#[derive(Default)]
struct Slot {
    conn: Option<SqliteConnection>,
    /// A query was sent, and nobody heard its end.
    unheard: bool,
}

/// A connection on loan, for one query.
pub(super) struct Reader<'a> {
    slot: Slot,
    shared: &'a Shared,
    _turn: SemaphorePermit<'a>,
}

impl Readers {
    /// Opens the first connection; the others follow when they are needed.
    pub(super) async fn open(
        options: SqliteConnectOptions,
        count: u32,
        patience: Duration,
    ) -> Result<Self, Error> {
        let first = Slot { conn: Some(options.connect().await?), unheard: false };
        let turns = Semaphore::new(count as usize);
        let idle = Mutex::new(vec![first]);
        Ok(Self(Arc::new(Shared { options, count, patience, turns, idle })))
    }

    /// Waits for a connection that nothing is running on.
    pub(super) async fn lend(&self) -> Result<Reader<'_>, Error> {
        let reader = async {
            let turn = self.0.turns.acquire().await.map_err(|_| Error::PoolClosed)?;
            let slot = self.0.idle().pop().unwrap_or_default();
            let mut reader = Reader { slot, shared: &self.0, _turn: turn };
            reader.settle().await;
            Ok(reader)
        };
        timeout(self.0.patience, reader).await.unwrap_or(Err(Error::PoolTimedOut))
    }

    /// Lends nothing any more, waits for what is lent, and closes the connections.
    pub(super) async fn close(&self) {
        // Whoever keeps one for longer than others would wait for it is not waited for.
        let back = timeout(self.0.patience, self.0.turns.acquire_many(self.0.count)).await;
        self.0.turns.close();
        drop(back);
        let idle = std::mem::take(&mut *self.0.idle());
        for conn in idle.into_iter().filter_map(|slot| slot.conn) {
            // A connection that only reads has nothing to lose.
            let _closed = conn.close().await;
        }
    }
}

impl Shared {
    fn idle(&self) -> MutexGuard<'_, Vec<Slot>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader<'_> {
    /// The connection, for one query. What comes of that is for [`Reader::heard`].
    pub(super) async fn connection(&mut self) -> Result<&mut SqliteConnection, Error> {
        let conn = match self.slot.conn.take() {
            Some(conn) => conn,
            None => self.shared.options.connect().await?,
        };
        self.slot.unheard = true;
        Ok(self.slot.conn.insert(conn))
    }

    /// Gives the connection back after its query has ended. If that failed for another reason than
    /// that SQLite refused it, the next query gets a new connection.
    pub(super) fn heard<T>(mut self, answer: Result<T, Error>) -> Result<T, Error> {
        self.slot.unheard = false;
        if !matches!(answer, Ok(_) | Err(Error::Database(_))) {
            self.slot.conn = None;
        }
        answer
    }

    /// Waits for the end of a query that nobody heard the end of.
    async fn settle(&mut self) {
        if !self.slot.unheard {
            return;
        }
        if let Some(conn) = &mut self.slot.conn
            && conn.ping().await.is_err()
        {
            self.slot.conn = None;
        }
        self.slot.unheard = false;
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let slot = std::mem::take(&mut self.slot);
        let mut idle = self.shared.idle();
        let at = if slot.unheard { 0 } else { idle.len() };
        idle.insert(at, slot);
    }
}

//! SQLite's readers: a few connections, each lent to one query at a time.
//!
//! sqlx's own pool pings a connection whenever it is returned. For SQLite that costs as much as a small
//! query, two thread switches, and is useless: a file has no peer that could have disappeared.
//!
//! A caller can go away and leave a query running. sqlx ends it at its next row; until then the
//! connection is blocked. So such a connection is lent last, and pinged before.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sqlx::{ConnectOptions as _, Connection as _, Error, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

/// The pool. Cheap to clone.
#[derive(Clone)]
pub(super) struct Readers(Arc<Shared>);

struct Shared {
    options: SqliteConnectOptions,
    count: u32,
    /// Time limit of waiting for a connection.
    patience: Duration,
    /// One permit per connection.
    turns: Semaphore,
    /// Idle connections. The last is lent first: its cache is the warmest.
    idle: Mutex<Vec<Slot>>,
}

/// A connection, or the place for one.
#[derive(Default)]
struct Slot {
    conn: Option<SqliteConnection>,
    /// A query was sent and its end was not received.
    unheard: bool,
}

/// A connection on loan for one query.
pub(super) struct Reader<'a> {
    slot: Slot,
    shared: &'a Shared,
    _turn: SemaphorePermit<'a>,
}

impl Readers {
    /// Opens the first connection; the others follow when needed.
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

    /// Waits for a connection without a running query.
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

    /// Stops lending, waits for lent connections, and closes all.
    pub(super) async fn close(&self) {
        // Closing waits no longer than a query would for a connection.
        let back = timeout(self.0.patience, self.0.turns.acquire_many(self.0.count)).await;
        self.0.turns.close();
        drop(back);
        let idle = std::mem::take(&mut *self.0.idle());
        for conn in idle.into_iter().filter_map(|slot| slot.conn) {
            // Closing a read-only connection loses nothing.
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
    /// The connection for one query. Report the result with [`Reader::heard`].
    pub(super) async fn connection(&mut self) -> Result<&mut SqliteConnection, Error> {
        let conn = match self.slot.conn.take() {
            Some(conn) => conn,
            None => self.shared.options.connect().await?,
        };
        self.slot.unheard = true;
        Ok(self.slot.conn.insert(conn))
    }

    /// Returns the connection after its query. Unless the query succeeded or SQLite rejected it, the next
    /// query gets a new connection.
    pub(super) fn heard<T>(mut self, answer: Result<T, Error>) -> Result<T, Error> {
        self.slot.unheard = false;
        if !matches!(answer, Ok(_) | Err(Error::Database(_))) {
            self.slot.conn = None;
        }
        answer
    }

    /// Waits for the end of an abandoned query.
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

//! Idempotent requests: a double click, a retry by a program, or the same request at two instances is
//! carried out once.
//!
//! A request with a key has a [`Claim`] in its context. The request's transactions
//! ([`Context::begin`](crate::Context::begin)) insert the key's row as their first statement: the work and
//! the row commit together or not at all. A second request finds the row, does nothing
//! ([`db::Error::Repeated`]), and gets the first one's answer.
//!
//! The answer is stored once it is known, encrypted with a key derived from values that only the caller
//! sends: it may contain a token that is shown once, and must not be readable from the database.

mod seal;
mod store;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Platform,
    clock::Clock,
    db::{self, FirstStatement, Sql, Value},
};

/// Time for which an answer is replayed, in seconds.
pub const KEPT: i64 = 24 * 3_600;
/// Time after which the process that worked on an answer must have stopped, in seconds.
const STOPPED: i64 = 120;
/// Rows that one sweep deletes in one transaction.
const SWEPT_AT_ONCE: i64 = 1_000;

/// The claim of one request on its idempotency key. Cheap to clone.
#[derive(Clone)]
pub struct Claim(Arc<Parts>);

struct Parts {
    clock: Clock,
    key: [u8; 32],
    fingerprint: [u8; 32],
    seal: [u8; 32],
    attempt: Uuid,
    request_id: String,
    taken: AtomicBool,
}

impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claim").field("attempt", &self.0.attempt).finish_non_exhaustive()
    }
}

/// A random key for a form. Empty if the machine provides no randomness: such a form is carried out each
/// time it is sent.
pub fn nonce() -> String {
    let mut random = [0_u8; 16];
    match getrandom::fill(&mut random) {
        Ok(()) => random.iter().map(|byte| format!("{byte:02x}")).collect(),
        Err(_) => String::new(),
    }
}

/// The parts of a claim.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The key's owner: the same key of another caller is a different one.
    pub caller: &'a str,
    /// A secret that the caller sends and that is not stored; answers are encrypted with it.
    pub secret: &'a str,
    /// The key chosen by the caller.
    pub key: &'a str,
    /// Fingerprint of the request: method, address, body.
    pub asks: [&'a [u8]; 3],
    /// The request's id in logs and in the audit trail.
    pub id: &'a str,
}

/// State of a key.
#[derive(Debug)]
pub enum Found {
    /// Unused.
    Nothing,
    /// The answer.
    Answer(Vec<u8>),
    /// The work is done, and its answer is not stored yet.
    Running,
    /// The work is done, and the process stopped before it stored the answer.
    Lost { request_id: String },
    /// Used for a different request.
    OtherRequest,
}

impl Claim {
    pub fn new(clock: &Clock, request: &Request<'_>) -> Self {
        let [method, address, body] = request.asks;
        Self(Arc::new(Parts {
            clock: clock.clone(),
            key: digest("key", &[request.caller.as_bytes(), request.key.as_bytes()]),
            fingerprint: digest("request", &[method, address, body]),
            seal: digest("seal", &[request.secret.as_bytes(), request.key.as_bytes()]),
            attempt: clock.id(),
            request_id: request.id.to_owned(),
            taken: AtomicBool::new(false),
        }))
    }

    /// Returns true if a transaction has inserted the key's row.
    pub fn is_taken(&self) -> bool {
        self.0.taken.load(Ordering::Acquire)
    }

    /// The statement that inserts the key's row.
    pub(crate) fn first_statement(&self) -> Arc<dyn FirstStatement> {
        self.0.clone()
    }
}

/// Inserts the key's row. A used key returns none.
impl FirstStatement for Parts {
    fn statement(&self) -> (Sql, Vec<Value>) {
        let now = self.clock.now();
        store::insert(self, now, now.plus_seconds(-KEPT))
    }

    fn succeeded(&self) {
        self.taken.store(true, Ordering::Release);
    }

    fn probe(&self) -> (Sql, Vec<Value>) {
        store::probe(self, self.clock.now())
    }
}

/// State of the claim's key.
///
/// # Errors
/// Those of the database.
#[tracing::instrument(name = "idempotency.find", skip_all)]
pub async fn find(platform: &Platform, claim: &Claim) -> Result<Found, db::Error> {
    let now = platform.clock.now();
    let Some(row) = store::by_key(&platform.db, &claim.0.key, now.plus_seconds(-KEPT)).await? else {
        return Ok(Found::Nothing);
    };
    if row.fingerprint != claim.0.fingerprint {
        return Ok(Found::OtherRequest);
    }
    let Some(sealed) = row.answer else {
        let stopped = row.created_at < now.plus_seconds(-STOPPED).micros();
        return Ok(if stopped { Found::Lost { request_id: row.request_id } } else { Found::Running });
    };
    // A caller with the key but without its secret is not the one who was answered.
    Ok(seal::open(&claim.0.seal, &sealed).map_or(Found::OtherRequest, Found::Answer))
}

/// Stores the answer for replays. Does nothing if the work was not committed.
///
/// # Errors
/// Those of the database, or missing randomness.
#[tracing::instrument(name = "idempotency.keep", skip_all)]
pub async fn keep(platform: &Platform, claim: &Claim, answer: &[u8]) -> Result<(), Error> {
    let sealed = seal::close(&claim.0.seal, answer)?;
    let mut tx = platform.db.write();
    store::update_answer(&mut tx, &claim.0, sealed).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes expired answers, and returns the number of rows.
///
/// # Errors
/// Those of the database.
#[tracing::instrument(name = "idempotency.sweep", skip_all)]
pub async fn sweep(platform: &Platform) -> Result<u64, db::Error> {
    let mut swept = 0;
    loop {
        let before = platform.clock.now().plus_seconds(-KEPT);
        let mut tx = platform.db.write();
        let some = store::delete_before(&mut tx, before, SWEPT_AT_ONCE).await?;
        tx.commit().await?;
        swept += some;
        if some < SWEPT_AT_ONCE.unsigned_abs() {
            return Ok(swept);
        }
    }
}

/// A failure to store an answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the machine gives no randomness")]
    Randomness(#[from] getrandom::Error),
    #[error("the answer is too long to be sealed")]
    Seal,
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// All statements of this module.
pub fn statements() -> Vec<Sql> {
    store::ALL.to_vec()
}

/// SHA-256 of several texts, each with its length, so that no two lists give the same input.
fn digest(purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

//! Doing once what is asked twice: a double click, a program that tries again, two instances that
//! get the same request.
//!
//! A request that has a key carries a [`Claim`], as a part of its actor's origin. The first unit of
//! work that the actor opens (`Platform::begin`) writes the key's row: the work and the row commit
//! together or not at all. Whoever comes second finds the row there, does nothing
//! ([`db::Error::Repeated`]), and is given the first one's answer.
//!
//! The answer is kept once it is known, sealed with a key that is made of what only the caller
//! sends: it may hold a token that is shown once, and whoever reads the database cannot read it.

mod seal;
mod store;
mod sweep;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use sha2::{Digest, Sha256};
pub use sweep::SweepAnswers;
use uuid::Uuid;

use crate::{
    Platform,
    clock::Clock,
    db::{self, Sql, Tx},
};

/// How long an answer is replayed, in seconds.
pub const KEPT: i64 = 24 * 3_600;
/// After so many seconds nobody is still working on an answer: whoever did has stopped.
const STOPPED: i64 = 120;
/// Rows that one sweep deletes in one transaction.
const SWEPT_AT_ONCE: i64 = 1_000;

/// One request's claim to be the one that is carried out under its key. Cheap to clone.
#[derive(Clone)]
pub struct Claim(Arc<Parts>);

struct Parts {
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

/// A key that nobody can guess, for a form. Empty if the machine gives no randomness: such a form is
/// carried out as often as it is sent.
pub fn nonce() -> String {
    let mut random = [0_u8; 16];
    match getrandom::fill(&mut random) {
        Ok(()) => random.iter().map(|byte| format!("{byte:02x}")).collect(),
        Err(_) => String::new(),
    }
}

/// Who claims what.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Whose key it is: the same key of somebody else is another.
    pub caller: &'a str,
    /// What the caller sends and we do not keep; answers are sealed with it.
    pub secret: &'a str,
    /// The key that the caller chose.
    pub key: &'a str,
    /// What makes it the same request: method, address, body.
    pub asks: [&'a [u8]; 3],
    /// The request's id in logs and in the audit trail.
    pub id: &'a str,
}

/// What is known of a key.
#[derive(Debug)]
pub enum Found {
    /// Nothing was carried out under it.
    Nothing,
    /// What was answered.
    Answer(Vec<u8>),
    /// It was carried out, and the answer is being made.
    Running,
    /// It was carried out, and whoever did it stopped before the answer was kept.
    Lost { request_id: String },
    /// It was used for something else.
    OtherRequest,
}

impl Claim {
    pub fn new(clock: &Clock, request: &Request<'_>) -> Self {
        let [method, address, body] = request.asks;
        Self(Arc::new(Parts {
            key: digest("key", &[request.caller.as_bytes(), request.key.as_bytes()]),
            fingerprint: digest("request", &[method, address, body]),
            seal: digest("seal", &[request.secret.as_bytes(), request.key.as_bytes()]),
            attempt: clock.id(),
            request_id: request.id.to_owned(),
            taken: AtomicBool::new(false),
        }))
    }

    /// Whether a unit of work has been opened under it.
    pub fn is_taken(&self) -> bool {
        self.0.taken.load(Ordering::Acquire)
    }

    /// Writes the key's row, as the first statement of the work.
    ///
    /// # Errors
    /// [`db::Error::Repeated`] if the work has been done under this key.
    pub async fn take(&self, tx: &mut Tx, clock: &Clock) -> Result<(), db::Error> {
        let now = clock.now();
        if !store::insert(tx, &self.0, now, now.plus_seconds(-KEPT)).await? {
            return Err(db::Error::Repeated);
        }
        self.0.taken.store(true, Ordering::Release);
        Ok(())
    }
}

/// What was done under the claim's key before.
///
/// # Errors
/// What the database says.
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
    // Who has the key but not the secret that belonged to it is not who was answered.
    Ok(seal::open(&claim.0.seal, &sealed).map_or(Found::OtherRequest, Found::Answer))
}

/// Keeps the answer for those who ask again. Nothing happens if the work was not committed.
///
/// # Errors
/// What the database says, or that there is no randomness.
#[tracing::instrument(name = "idempotency.keep", skip_all)]
pub async fn keep(platform: &Platform, claim: &Claim, answer: &[u8]) -> Result<(), Error> {
    let sealed = seal::close(&claim.0.seal, answer)?;
    let mut tx = platform.db.write().await?;
    store::update_answer(&mut tx, &claim.0, sealed).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes what is not replayed any more, and says how many rows.
///
/// # Errors
/// What the database says.
#[tracing::instrument(name = "idempotency.sweep", skip_all)]
pub async fn sweep(platform: &Platform) -> Result<u64, db::Error> {
    let mut swept = 0;
    loop {
        let before = platform.clock.now().plus_seconds(-KEPT);
        let mut tx = platform.db.write().await?;
        let some = store::delete_before(&mut tx, before, SWEPT_AT_ONCE).await?;
        tx.commit().await?;
        swept += some;
        if some < SWEPT_AT_ONCE.unsigned_abs() {
            return Ok(swept);
        }
    }
}

/// Why an answer could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the machine gives no randomness")]
    Randomness(#[from] getrandom::Error),
    #[error("the answer is too long to be sealed")]
    Seal,
    #[error(transparent)]
    Database(#[from] db::Error),
}

/// Every statement of this room.
pub fn statements() -> Vec<Sql> {
    store::ALL.to_vec()
}

/// SHA-256 of several texts, each with its length, so that no two lists read the same.
fn digest(purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in std::iter::once(&purpose.as_bytes()).chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

//! Statements on idempotency keys.

use frontdesk_model::Timestamp;
use uuid::Uuid;

use super::Parts;
use crate::{
    db::{Db, Error, Sql, Tx, Value, row, statements},
    params,
};

statements! { "idempotency";
    // Takes over an expired row. A row inserted by this same request, in an earlier unit of work, is its
    // own.
    INSERT = "INSERT INTO idempotency_keys (key, fingerprint, attempt, request_id, created_at) \
              VALUES ($1, $2, $3, $4, $5) \
              ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, attempt = excluded.attempt, \
              request_id = excluded.request_id, created_at = excluded.created_at, answer = NULL \
              WHERE idempotency_keys.created_at < $6 OR idempotency_keys.attempt = excluded.attempt \
              RETURNING created_at";
    // Waits for a transaction that has inserted the key.
    PROBE = "INSERT INTO idempotency_keys (key, fingerprint, attempt, request_id, created_at) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO NOTHING RETURNING created_at";
    BY_KEY = "SELECT fingerprint, request_id, created_at, answer FROM idempotency_keys \
              WHERE key = $1 AND created_at >= $2";
    UPDATE_ANSWER = "UPDATE idempotency_keys SET answer = $3 WHERE key = $1 AND attempt = $2";
    DELETE_BEFORE = "DELETE FROM idempotency_keys WHERE key IN \
                     (SELECT key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT CAST($2 AS BIGINT))";
}

row! {
    pub(super) struct Row {
        pub(super) fingerprint: Vec<u8>,
        pub(super) request_id: String,
        pub(super) created_at: i64,
        pub(super) answer: Option<Vec<u8>>,
    }
}

/// The statement that inserts the row. It returns no row if the key is used.
pub(super) fn insert(it: &Parts, now: Timestamp, too_old: Timestamp) -> (Sql, Vec<Value>) {
    let (key, fingerprint) = (it.key.to_vec(), it.fingerprint.to_vec());
    (INSERT, params![key, fingerprint, it.attempt, &it.request_id, now.micros(), too_old.micros()])
}

/// The statement that returns a row if the key is not used.
pub(super) fn probe(it: &Parts, now: Timestamp) -> (Sql, Vec<Value>) {
    (PROBE, params![it.key.to_vec(), it.fingerprint.to_vec(), it.attempt, &it.request_id, now.micros()])
}

pub(super) async fn by_key(db: &Db, key: &[u8; 32], since: Timestamp) -> Result<Option<Row>, Error> {
    db.optional(BY_KEY, params![key.to_vec(), since.micros()]).await
}

pub(super) async fn update_answer(tx: &mut Tx, it: &Parts, sealed: Vec<u8>) -> Result<(), Error> {
    let attempt: Uuid = it.attempt;
    tx.execute(UPDATE_ANSWER, params![it.key.to_vec(), attempt, sealed]).await.map(drop)
}

pub(super) async fn delete_before(tx: &mut Tx, before: Timestamp, at_most: i64) -> Result<u64, Error> {
    tx.execute(DELETE_BEFORE, params![before.micros(), at_most]).await
}

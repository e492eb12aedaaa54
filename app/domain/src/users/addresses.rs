//! The canonical form of each user's e-mail address: filled in for rows that an earlier version of the
//! program has written, and the accounts that turn out to have one address.
//!
//! Of several such accounts, the one whose address is plain ASCII has the canonical form, otherwise the
//! oldest. The others are marked as shared and go on signing in by their own spelling, until the address
//! of one of them is changed.

use frontdesk_model::{
    UserId,
    email_lookup::{key_of_stored, spelling},
};
use uuid::Uuid;

use crate::{
    advisory_lock,
    db::{self, Db, Tx, row, statements},
    params,
};

/// Users in one transaction of [`fill`].
const BATCH: i64 = 1_000;
/// Shared addresses that the log names at a start.
const LOGGED: i64 = 20;

statements! { "addresses";
    TAKE = "UPDATE users SET email_canonical = $2, email_shared = 0 WHERE id = $1";
    UNFILLED = "SELECT id, email FROM users WHERE email_canonical IS NULL AND id > $1 \
                ORDER BY id LIMIT CAST($2 AS BIGINT)";
    // In ASCII and without Punycode, the canonical form is in lower case, as the key of earlier versions.
    FILL_PLAIN = "UPDATE users SET email_canonical = email_key \
                  WHERE email_canonical IS NULL AND id > $1 AND id <= $2 \
                  AND octet_length(email) = length(email) AND email_key NOT LIKE '%xn--%' \
                  AND NOT EXISTS (SELECT 1 FROM users o \
                                  WHERE o.email_canonical = users.email_key AND o.email_shared = 0)";
    // Only as it was read: another instance may have changed the address since.
    TAKE_FREE = "UPDATE users SET email_canonical = $2, email_shared = 0, words_stale = 1 \
                 WHERE id = $1 AND email = $3 AND email_canonical IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM users o WHERE o.email_canonical = $2 AND o.email_shared = 0)";
    SHARE = "UPDATE users SET email_canonical = $2, email_shared = 1, words_stale = 1 \
             WHERE id = $1 AND email = $3 AND email_canonical IS NULL";
    SPELL = "UPDATE users SET email_key = $2 \
             WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM users o WHERE o.email_key = $2)";
    LEFT = "SELECT DISTINCT s.email_canonical FROM users s WHERE s.email_shared = 1 \
            AND NOT EXISTS (SELECT 1 FROM users o \
                            WHERE o.email_canonical = s.email_canonical AND o.email_shared = 0)";
    HAND_OVER = "UPDATE users SET email_shared = 0 \
                 WHERE id = (SELECT s.id FROM users s WHERE s.email_canonical = $1 AND s.email_shared = 1 \
                             ORDER BY s.id LIMIT 1) \
                 AND NOT EXISTS (SELECT 1 FROM users o WHERE o.email_canonical = $1 AND o.email_shared = 0)";
    SHARED = "SELECT o.id AS first_id, o.name AS first_name, o.email AS first_email, \
              s.id AS other_id, s.name AS other_name, s.email AS other_email \
              FROM users s JOIN users o ON o.email_canonical = s.email_canonical AND o.email_shared = 0 \
              WHERE s.email_shared = 1 ORDER BY s.email_canonical, s.id LIMIT CAST($1 AS BIGINT)";
}

/// An account, as the list of shared addresses shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: UserId,
    pub name: String,
    /// As it was typed.
    pub email: String,
}

/// Two accounts with one address in different spellings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedAddress {
    /// Signed in to by every spelling but the other's.
    pub first: Account,
    /// Signed in to by its own spelling.
    pub other: Account,
}

row! {
    struct UnfilledRow {
        id: Uuid,
        email: String,
    }
}

row! {
    struct SharedRow {
        first_id: Uuid,
        first_name: String,
        first_email: String,
        other_id: Uuid,
        other_name: String,
        other_email: String,
    }
}

impl From<SharedRow> for SharedAddress {
    fn from(row: SharedRow) -> Self {
        Self {
            first: Account { id: UserId(row.first_id), name: row.first_name, email: row.first_email },
            other: Account { id: UserId(row.other_id), name: row.other_name, email: row.other_email },
        }
    }
}

/// Gives a user the canonical form of their new address. The unique index refuses one that is taken.
pub(super) async fn take(tx: &mut Tx, id: UserId, key: &str) -> Result<(), db::Error> {
    tx.execute(TAKE, params![id, key]).await.map(|_| ())
}

/// Gives the oldest account that shares a canonical form the form itself, if no other account has it
/// any more.
pub(super) async fn hand_over(tx: &mut Tx, key: &str) -> Result<(), db::Error> {
    tx.execute(HAND_OVER, params![key]).await.map(|_| ())
}

/// Accounts that share the address of another one, by address.
///
/// # Errors
/// Those of the database.
pub async fn shared_addresses(db: &Db, limit: i64) -> Result<Vec<SharedAddress>, db::Error> {
    let rows: Vec<SharedRow> = db.all(SHARED, params![limit]).await?;
    Ok(rows.into_iter().map(SharedAddress::from).collect())
}

/// Logs the accounts that share an address, so that it is changed.
pub(crate) async fn log_shared(db: &Db) -> Result<(), db::Error> {
    let shared = shared_addresses(db, LOGGED + 1).await?;
    let logged = usize::try_from(LOGGED).unwrap_or(usize::MAX);
    for SharedAddress { first, other } in shared.iter().take(logged) {
        tracing::warn!(user = %other.id, same_as = %first.id, "two accounts have the same e-mail address");
    }
    if shared.len() > logged {
        tracing::warn!("more accounts have the same e-mail address as another: see the overview");
    }
    Ok(())
}

/// Fills in the canonical forms that an earlier version of the program did not write. Returns the number
/// of users.
///
/// Each transaction takes a bounded number of users, and an interrupted run continues at the next start.
/// Afterwards a run only reads an empty index.
pub(super) async fn fill(db: &Db) -> Result<u64, db::Error> {
    let plain = fill_plain(db).await?;
    let others = fill_others(db).await?;
    let left: Vec<(String,)> = db.all(LEFT, params![]).await?;
    for (key,) in left {
        let mut tx = db.write();
        advisory_lock::acquire(&mut tx, "addresses").await?;
        hand_over(&mut tx, &key).await?;
        tx.commit().await?;
    }
    Ok(plain + others)
}

/// Fills in the forms that the database itself can make, which are nearly all.
async fn fill_plain(db: &Db) -> Result<u64, db::Error> {
    let (mut filled, mut after) = (0, Uuid::nil());
    loop {
        let some: Vec<UnfilledRow> = db.all(UNFILLED, params![after, BATCH]).await?;
        let Some(last) = some.last() else { return Ok(filled) };
        let mut tx = db.write();
        advisory_lock::acquire(&mut tx, "addresses").await?;
        match tx.execute(FILL_PLAIN, params![after, last.id]).await {
            Ok(count) => filled += count,
            // An account with one of the addresses was created in between.
            Err(error) if error.is_conflict() => continue,
            Err(error) => return Err(error),
        }
        tx.commit().await?;
        after = last.id;
    }
}

async fn fill_others(db: &Db) -> Result<u64, db::Error> {
    let (mut filled, mut after) = (0, Uuid::nil());
    loop {
        let some: Vec<UnfilledRow> = db.all(UNFILLED, params![after, BATCH]).await?;
        let Some(last) = some.last() else { return Ok(filled) };
        let mut tx = db.write();
        advisory_lock::acquire(&mut tx, "addresses").await?;
        match fill_rows(&mut tx, &some).await {
            Ok(count) => filled += count,
            Err(error) if error.is_conflict() => continue,
            Err(error) => return Err(error),
        }
        tx.commit().await?;
        after = last.id;
        tracing::info!(users = filled, "filling in the canonical form of e-mail addresses");
    }
}

async fn fill_rows(tx: &mut Tx, rows: &[UnfilledRow]) -> Result<u64, db::Error> {
    let mut filled = 0;
    for row in rows {
        let key = key_of_stored(&row.email);
        let mut count = tx.execute(TAKE_FREE, params![row.id, &key, &row.email]).await?;
        if count == 0 {
            count = tx.execute(SHARE, params![row.id, &key, &row.email]).await?;
            tx.execute(SPELL, params![row.id, spelling(&row.email)]).await?;
        }
        filled += count;
    }
    Ok(filled)
}

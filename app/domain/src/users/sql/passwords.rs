//! Statements on users' password hashes and session epochs.

use frontdesk_model::{Timestamp, UserId};
use uuid::Uuid;

use crate::{
    db::{self, Db, Tx, row, statements},
    params,
};

statements! { "users.passwords";
    CREDENTIALS = "SELECT id, name, email_key, password_hash, status, session_epoch FROM users WHERE email_key = $1";
    CREDENTIALS_BY_ID = "SELECT id, name, email_key, password_hash, status, session_epoch FROM users WHERE id = $1";
    SET_PASSWORD = "UPDATE users SET password_hash = $2, updated_at = $3, session_epoch = session_epoch + 1, \
                    version = version + 1 WHERE id = $1 RETURNING session_epoch";
    // Only if no other change and no suspension has ended all sessions meanwhile.
    CHANGE_PASSWORD = "UPDATE users SET password_hash = $2, updated_at = $3, session_epoch = session_epoch + 1, \
                       version = version + 1 WHERE id = $1 AND session_epoch = $4 RETURNING session_epoch";
    REHASH = "UPDATE users SET password_hash = $2 WHERE id = $1";
}

row! {
    pub(crate) struct CredentialsRow {
        pub(crate) id: Uuid,
        pub(crate) name: String,
        pub(crate) email_key: String,
        pub(crate) password_hash: Option<String>,
        pub(crate) status: String,
        pub(crate) session_epoch: i64,
    }
}

pub(crate) async fn credentials(db: &Db, email_key: &str) -> Result<Option<CredentialsRow>, db::Error> {
    db.optional(CREDENTIALS, params![email_key]).await
}

pub(crate) async fn credentials_by_id(db: &Db, id: UserId) -> Result<Option<CredentialsRow>, db::Error> {
    db.optional(CREDENTIALS_BY_ID, params![id]).await
}

/// Ends every session, and returns the new epoch.
pub(crate) async fn set_password(
    tx: &mut Tx,
    id: UserId,
    hash: String,
    at: Timestamp,
) -> Result<i64, db::Error> {
    let (epoch,): (i64,) = tx.one(SET_PASSWORD, params![id, hash, at]).await?;
    Ok(epoch)
}

/// As [`set_password`], if the epoch is still that of the actor's session.
pub(crate) async fn change_password(
    tx: &mut Tx,
    (id, epoch): (UserId, i64),
    hash: String,
    at: Timestamp,
) -> Result<Option<i64>, db::Error> {
    let begun: Option<(i64,)> = tx.optional(CHANGE_PASSWORD, params![id, hash, at, epoch]).await?;
    Ok(begun.map(|(epoch,)| epoch))
}

/// Replaces the hash of the same password with one that has the current parameters.
pub(crate) async fn rehash(tx: &mut Tx, id: UserId, hash: String) -> Result<(), db::Error> {
    tx.execute(REHASH, params![id, hash]).await.map(|_| ())
}

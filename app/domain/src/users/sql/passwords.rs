//! Statements on users' password hashes and session epochs.

use frontdesk_model::{Timestamp, UserId, email_lookup::Lookup};
use uuid::Uuid;

use super::has_address;
use crate::{
    db::{self, Db, Tx, row, statements},
    params,
};

macro_rules! credentials_columns {
    () => {
        "u.id, u.name, u.email_key, u.email_canonical, u.password_hash, u.status, u.session_epoch, \
         EXISTS (SELECT 1 FROM users s WHERE s.email_shared = 1 AND s.email_canonical = u.email_canonical) \
         AS shares_address"
    };
}

statements! { "users.passwords";
    CREDENTIALS = concat!("SELECT ", credentials_columns!(), " FROM users u WHERE ", has_address!());
    CREDENTIALS_BY_ID = concat!("SELECT ", credentials_columns!(), " FROM users u WHERE u.id = $1");
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
        email_key: String,
        email_canonical: Option<String>,
        pub(crate) password_hash: Option<String>,
        pub(crate) status: String,
        pub(crate) session_epoch: i64,
        /// Another account has the address in another spelling.
        pub(crate) shares_address: bool,
    }
}

impl CredentialsRow {
    /// The key by which failed attempts are counted.
    pub(crate) fn attempts_key(&self) -> &str {
        self.email_canonical.as_ref().unwrap_or(&self.email_key)
    }
}

pub(crate) async fn credentials(db: &Db, email: &Lookup) -> Result<Option<CredentialsRow>, db::Error> {
    db.optional(CREDENTIALS, params![email.key(), email.spelling()]).await
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

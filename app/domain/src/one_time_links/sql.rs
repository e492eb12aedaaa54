//! Statements on one-time links.

use frontdesk_model::{LinkId, Timestamp, UserId};
use uuid::Uuid;

use super::Purpose;
use crate::{
    db::{self, Db, Tx, row, statements},
    params,
};

statements! { "one_time_links";
    INSERT_LINK = "INSERT INTO one_time_links (id, token_hash, purpose, user_id, created_by, created_at, expires_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
    SPEND_LINK = "UPDATE one_time_links SET used_at = $2 \
                  WHERE token_hash = $1 AND purpose = $3 AND used_at IS NULL AND expires_at > $2 RETURNING id, user_id, created_by";
    SEE_LINK = "SELECT l.id, l.user_id, u.name, u.email FROM one_time_links l LEFT JOIN users u ON u.id = l.user_id \
                WHERE l.token_hash = $1 AND l.purpose = $3 AND l.used_at IS NULL AND l.expires_at > $2";
    SETUP_LINK = "SELECT expires_at FROM one_time_links \
                  WHERE user_id IS NULL AND purpose = 'setup' AND used_at IS NULL AND expires_at > $1";
    DROP_LINKS = "DELETE FROM one_time_links WHERE purpose = $1 AND (user_id = $2 OR (user_id IS NULL AND $1 = 'setup'))";
}

pub(crate) struct NewLink {
    pub(crate) id: LinkId,
    pub(crate) token_hash: Vec<u8>,
    pub(crate) purpose: Purpose,
    pub(crate) user: Option<UserId>,
    /// The person who made it.
    pub(crate) by: Option<UserId>,
    pub(crate) at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Invalidates a user's links with this purpose.
pub(crate) async fn drop_links(tx: &mut Tx, purpose: Purpose, user: UserId) -> Result<(), db::Error> {
    tx.execute(DROP_LINKS, params![purpose.as_str(), user]).await.map(|_| ())
}

/// Inserts a link, which replaces others with the same purpose and user.
pub(crate) async fn insert_link(tx: &mut Tx, new: NewLink) -> Result<(), db::Error> {
    let (purpose, user) = (new.purpose.as_str(), new.user.map(|id| id.0));
    tx.execute(DROP_LINKS, params![purpose, user]).await?;
    let params =
        params![new.id, new.token_hash, purpose, user, new.by.map(|id| id.0), new.at, new.expires_at];
    tx.execute(INSERT_LINK, params).await.map(|_| ())
}

/// Expiry of the setup link, if there is a valid one.
pub(crate) async fn setup_link_expiry(tx: &mut Tx, at: Timestamp) -> Result<Option<Timestamp>, db::Error> {
    let found: Option<(i64,)> = tx.optional(SETUP_LINK, params![at]).await?;
    Ok(found.map(|(expires_at,)| Timestamp::from_micros(expires_at)))
}

row! {
    pub(crate) struct SpentLink {
        pub(crate) user_id: Option<Uuid>,
        pub(crate) created_by: Option<Uuid>,
    }
}

/// Uses a valid link. Of two concurrent attempts, one succeeds.
pub(crate) async fn spend_link(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    purpose: Purpose,
    at: Timestamp,
) -> Result<Option<SpentLink>, db::Error> {
    tx.optional(SPEND_LINK, params![token_hash, at, purpose.as_str()]).await
}

row! {
    pub(crate) struct OpenLink {
        pub(crate) name: Option<String>,
        pub(crate) email: Option<String>,
    }
}

/// Reads a link without using it.
pub(crate) async fn see_link(
    db: &Db,
    token_hash: Vec<u8>,
    purpose: Purpose,
    at: Timestamp,
) -> Result<Option<OpenLink>, db::Error> {
    db.optional(SEE_LINK, params![token_hash, at, purpose.as_str()]).await
}

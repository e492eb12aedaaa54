//! Statements on sessions.

use frontdesk_model::{Roles, SessionId, Timestamp, UserId, sessions::Session};
use uuid::Uuid;

use super::TokenHash;
use crate::{
    actor::{Origin, Person},
    db::{self, Db, Text, Tx, row, statements},
    params,
    users::sql::roles_column,
};

/// Sessions of one user that have not ended.
macro_rules! page {
    ($than:literal, $order:literal) => {
        concat!(
            "SELECT s.id, s.user_agent, s.ip, s.created_at, s.last_seen_at FROM sessions s \
             JOIN users u ON u.id = s.user_id \
             WHERE s.user_id = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 AND s.epoch = u.session_epoch \
             AND s.id ",
            $than,
            " $4 ORDER BY s.id ",
            $order,
            " LIMIT CAST($5 AS BIGINT)"
        )
    };
}

/// The session with this value in a column, if it has not ended, and its user.
macro_rules! live {
    ($column:literal) => {
        concat!(
            "SELECT s.id AS session_id, s.epoch, s.last_seen_at, u.id, u.name, u.email, u.joined_at, ",
            roles_column!(),
            " FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.",
            $column,
            " = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 \
             AND u.status = 'active' AND s.epoch = u.session_epoch"
        )
    };
}

statements! { "sessions";
    // Checks in the same statement that the user may sign in and that the proof is still valid.
    INSERT = "INSERT INTO sessions (id, token_hash, user_id, epoch, user_agent, ip, created_at, last_seen_at, expires_at) \
              SELECT $1, $2, u.id, u.session_epoch, $4, $5, $6, $6, $7 FROM users u \
              WHERE u.id = $3 AND u.status = 'active' AND u.session_epoch = $8";
    BY_TOKEN = live!("token_hash");
    BY_ID = live!("id");
    PAGE = page!("<", "DESC");
    PAGE_BACK = page!(">", "ASC");
    OWNER = "SELECT user_id FROM sessions WHERE id = $1";
    DELETE = "DELETE FROM sessions WHERE id = $1";
    DELETE_OTHERS = "DELETE FROM sessions WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3 \
                     AND epoch = (SELECT session_epoch FROM users WHERE id = $1) AND id <> $4";
    DELETE_BY_TOKEN = "DELETE FROM sessions WHERE token_hash = $1";
    EXISTS = "SELECT id FROM sessions WHERE token_hash = $1";
    SEEN = "UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2";
    // Bounded, so that it does not block other writers for long. Idle sessions stay until they reach the
    // absolute limit: then one index finds them all.
    SWEEP = "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= $1 LIMIT 1000)";
}

pub(super) struct NewSession<'a> {
    pub(super) id: SessionId,
    pub(super) token: TokenHash,
    pub(super) user: UserId,
    pub(super) epoch: i64,
    pub(super) origin: &'a Origin,
    pub(super) at: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// Returns false if the user may no longer sign in.
pub(super) async fn insert(tx: &mut Tx, new: NewSession<'_>) -> Result<bool, db::Error> {
    let params = params![
        new.id,
        bytes(new.token),
        new.user,
        &new.origin.user_agent,
        &new.origin.ip,
        new.at,
        new.expires_at,
        new.epoch,
    ];
    Ok(tx.execute(INSERT, params).await? == 1)
}

row! {
    struct PersonRow {
        session_id: Uuid,
        epoch: i64,
        last_seen_at: i64,
        id: Uuid,
        name: String,
        email: String,
        joined_at: i64,
        roles: Option<Text<Roles>>,
    }
}

/// The user, and the session's last-seen time.
pub(super) async fn by_token(
    db: &Db,
    token: TokenHash,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Option<(Person, Timestamp)>, db::Error> {
    let row: Option<PersonRow> = db.optional(BY_TOKEN, params![bytes(token), now, idle_since]).await?;
    Ok(row.map(|row| {
        let last_seen = Timestamp::from_micros(row.last_seen_at);
        (row.person(), last_seen)
    }))
}

/// The user of a session.
pub(super) async fn by_id(
    db: &Db,
    id: SessionId,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Option<Person>, db::Error> {
    let row: Option<PersonRow> = db.optional(BY_ID, params![id, now, idle_since]).await?;
    Ok(row.map(PersonRow::person))
}

impl PersonRow {
    fn person(self) -> Person {
        Person {
            id: UserId(self.id),
            session: SessionId(self.session_id),
            epoch: self.epoch,
            name: self.name,
            email: self.email,
            roles: self.roles.map(|roles| roles.0).unwrap_or_default(),
            joined_at: Timestamp::from_micros(self.joined_at),
        }
    }
}

row! {
    struct SessionRow {
        id: Uuid,
        user_agent: String,
        ip: String,
        created_at: i64,
        last_seen_at: i64,
    }
}

/// Conditions of a user's active sessions.
pub(super) struct Live {
    pub(super) user: UserId,
    pub(super) now: Timestamp,
    pub(super) idle_since: Timestamp,
}

/// Newest first from an id on, or backwards.
pub(super) async fn page(
    db: &Db,
    of: Live,
    from: Uuid,
    backwards: bool,
    limit: i64,
) -> Result<Vec<Session>, db::Error> {
    let params = params![of.user, of.now, of.idle_since, from, limit];
    let rows: Vec<SessionRow> = db.all(if backwards { PAGE_BACK } else { PAGE }, params).await?;
    let session = |row: SessionRow| Session {
        id: SessionId(row.id),
        user_agent: row.user_agent,
        ip: row.ip,
        created_at: Timestamp::from_micros(row.created_at),
        last_seen_at: Timestamp::from_micros(row.last_seen_at),
    };
    Ok(rows.into_iter().map(session).collect())
}

pub(super) async fn owner(tx: &mut Tx, id: SessionId) -> Result<Option<UserId>, db::Error> {
    let found: Option<(Uuid,)> = tx.optional(OWNER, params![id]).await?;
    Ok(found.map(|(id,)| UserId(id)))
}

/// Returns true if there was such a session.
pub(super) async fn delete(tx: &mut Tx, id: SessionId) -> Result<bool, db::Error> {
    Ok(tx.execute(DELETE, params![id]).await? == 1)
}

/// Deletes all of a user's sessions but this one. Returns their number.
pub(super) async fn delete_others(tx: &mut Tx, of: Live, but: Option<SessionId>) -> Result<u64, db::Error> {
    let but = but.map_or(Uuid::nil(), Uuid::from);
    tx.execute(DELETE_OTHERS, params![of.user, of.now, of.idle_since, but]).await
}

pub(super) async fn exists(db: &Db, token: TokenHash) -> Result<bool, db::Error> {
    let found: Option<(Uuid,)> = db.optional(EXISTS, params![bytes(token)]).await?;
    Ok(found.is_some())
}

pub(super) async fn delete_by_token(tx: &mut Tx, token: TokenHash) -> Result<(), db::Error> {
    tx.execute(DELETE_BY_TOKEN, params![bytes(token)]).await.map(|_| ())
}

pub(super) async fn seen(tx: &mut Tx, id: SessionId, at: Timestamp) -> Result<(), db::Error> {
    tx.execute(SEEN, params![id, at]).await.map(|_| ())
}

pub(super) async fn sweep(tx: &mut Tx, now: Timestamp) -> Result<u64, db::Error> {
    tx.execute(SWEEP, params![now]).await
}

fn bytes(token: TokenHash) -> Vec<u8> {
    token.0.to_vec()
}

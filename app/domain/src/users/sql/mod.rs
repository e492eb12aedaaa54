//! Statements on users, except those of the list, which are in `list.rs`.

mod passwords;
mod roles;

use frontdesk_model::{
    Email, PersonName, Roles, Timestamp, UserId,
    email_lookup::{Lookup, key_of_stored},
    users::{Status, User},
};
use uuid::Uuid;

use super::{addresses, words};
use crate::{
    db::{self, Db, Read, Text, Tx, row, statements},
    params,
};

pub(crate) use self::passwords::*;
pub(crate) use self::roles::*;

/// The account with an address, as the canonical form ($1) and the spelling ($2) of a [`Lookup`]. The
/// spelling goes first: accounts that share an address are told apart by it.
macro_rules! has_address {
    () => {
        "u.email_key = $2 OR (u.email_canonical = $1 AND u.email_shared = 0) \
         ORDER BY (u.email_key = $2) DESC LIMIT 1"
    };
}
pub(super) use has_address;

/// Columns of a `User`.
macro_rules! user_columns {
    () => {
        concat!(
            "u.id, u.name, u.email, u.status, u.suspended_reason, u.removed_at, u.password_hash IS NOT NULL \
             AS has_password, u.joined_at, u.updated_at, u.last_seen_at, u.version, ",
            roles_column!()
        )
    };
}

statements! { "users";
    INSERT = "INSERT INTO users (id, name, name_key, email, email_key, email_canonical, status, password_hash, \
              joined_at, updated_at, last_seen_at) VALUES ($1, $2, $3, $4, $5, $5, 'active', $6, $7, $7, 0) \
              ON CONFLICT DO NOTHING RETURNING id";
    BY_ID = concat!("SELECT ", user_columns!(), " FROM users u WHERE u.id = $1");
    BY_EMAIL = concat!("SELECT ", user_columns!(), " FROM users u WHERE ", has_address!());
    ID_BY_KEY = "SELECT id FROM users WHERE email_canonical = $1 AND email_shared = 0";
    SET_NAME = "UPDATE users SET name = $2, name_key = $3 WHERE id = $1";
    SET_EMAIL = "UPDATE users SET email = $2, email_key = $3 WHERE id = $1";
    SET_STATE = "UPDATE users SET status = $3, \
                 suspended_at = CASE WHEN $5 = '' THEN NULL ELSE COALESCE(suspended_at, $4) END, suspended_reason = $5, removed_at = $6, \
                 updated_at = $7, session_epoch = session_epoch + $8, version = version + 1 \
                 WHERE id = $1 AND version = $2";
    TOUCH = "UPDATE users SET updated_at = $3, version = version + 1 WHERE id = $1 AND version = $2";
    SEEN = "UPDATE users SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2";
    SUSPENDED = concat!(
        "SELECT ", user_columns!(), " FROM users u WHERE u.status <> 'active' AND u.status = 'suspended' \
         ORDER BY u.joined_at DESC, u.id DESC LIMIT CAST($1 AS BIGINT)");
    COUNT_JOINED = "SELECT count(*) FROM (SELECT 1 FROM users WHERE status <> 'removed' AND joined_at >= $1 LIMIT CAST($2 AS BIGINT)) AS counted";
    COUNT_STATUS = "SELECT count(*) FROM (SELECT 1 FROM users WHERE status <> 'active' AND status = $1 LIMIT CAST($2 AS BIGINT)) AS counted";
}

/// The statements on users, their roles and their passwords.
pub(crate) fn statements() -> Vec<db::Sql> {
    [ALL, passwords::ALL, roles::ALL].concat()
}

row! {
    struct UserRow {
        id: Uuid,
        name: String,
        email: String,
        status: Text<Status>,
        suspended_reason: String,
        removed_at: Option<i64>,
        has_password: bool,
        joined_at: i64,
        updated_at: i64,
        last_seen_at: i64,
        version: i64,
        roles: Option<Text<Roles>>,
    }
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: UserId(row.id),
            name: row.name,
            email: row.email,
            status: row.status.0,
            suspended_reason: row.suspended_reason,
            roles: row.roles.map(|roles| roles.0).unwrap_or_default(),
            has_password: row.has_password,
            joined_at: Timestamp::from_micros(row.joined_at),
            updated_at: Timestamp::from_micros(row.updated_at),
            last_seen_at: last_seen(row.last_seen_at),
            removed_at: row.removed_at.map(Timestamp::from_micros),
            version: row.version,
        }
    }
}

/// 0 means never.
pub(crate) fn last_seen(column: i64) -> Option<Timestamp> {
    (column > 0).then(|| Timestamp::from_micros(column))
}

pub(crate) struct NewUser<'a> {
    pub(crate) id: UserId,
    pub(crate) name: &'a PersonName,
    pub(crate) email: &'a Email,
    pub(crate) password_hash: Option<String>,
    pub(crate) at: Timestamp,
}

/// Returns false if the e-mail address is taken.
pub(crate) async fn insert(tx: &mut Tx, new: NewUser<'_>) -> Result<bool, db::Error> {
    let (name, email) = (new.name, new.email);
    let params =
        params![new.id, name.as_str(), name.key(), email.as_str(), email.key(), new.password_hash, new.at];
    let inserted: Option<(Uuid,)> = tx.optional(INSERT, params).await?;
    if inserted.is_some() {
        words::add(tx, new.id, name, email).await?;
    }
    Ok(inserted.is_some())
}

pub(crate) async fn by_id(mut from: impl Read, id: UserId) -> Result<Option<User>, db::Error> {
    let row: Option<UserRow> = from.optional(BY_ID, params![id]).await?;
    Ok(row.map(User::from))
}

pub(crate) async fn by_email(db: &Db, email: &Lookup) -> Result<Option<User>, db::Error> {
    let row: Option<UserRow> = db.optional(BY_EMAIL, params![email.key(), email.spelling()]).await?;
    Ok(row.map(User::from))
}

/// The account that has the canonical form of an address.
pub(crate) async fn id_by_key(tx: &mut Tx, key: &str) -> Result<Option<UserId>, db::Error> {
    let found: Option<(Uuid,)> = tx.optional(ID_BY_KEY, params![key]).await?;
    Ok(found.map(|(id,)| UserId(id)))
}

/// Writes the name and the address that have changed. Returns false if the version has changed.
pub(crate) async fn update(
    tx: &mut Tx,
    user: &User,
    (name, email): (Option<&PersonName>, Option<&Email>),
    at: Timestamp,
) -> Result<bool, db::Error> {
    if tx.execute(TOUCH, params![user.id, user.version, at]).await? == 0 {
        return Ok(false);
    }
    if let Some(name) = name {
        tx.execute(SET_NAME, params![user.id, name.as_str(), name.key()]).await?;
    }
    if let Some(email) = email {
        tx.execute(SET_EMAIL, params![user.id, email.as_str(), email.key()]).await?;
        addresses::take(tx, user.id, email.key()).await?;
        addresses::hand_over(tx, &key_of_stored(&user.email)).await?;
    }
    words::replace(tx, user.id).await?;
    Ok(true)
}

/// Change of a user's status.
#[derive(Clone, Copy)]
pub(crate) enum State<'a> {
    /// Only the version grows: the change is elsewhere, in roles or links.
    Same,
    Active,
    Suspended {
        reason: &'a str,
    },
    /// Keeps the suspension, for the time after restoring.
    Removed,
    Restored,
}

/// Returns false if the version has changed. Leaving the active state ends every session for good: they
/// belong to an earlier epoch.
pub(crate) async fn update_state(
    tx: &mut Tx,
    user: &User,
    to: State<'_>,
    at: Timestamp,
) -> Result<bool, db::Error> {
    let was_suspended = !user.suspended_reason.is_empty();
    let reason = user.suspended_reason.as_str();
    let (status, reason, removed_at, ends_sessions) = match to {
        State::Same => return Ok(tx.execute(TOUCH, params![user.id, user.version, at]).await? == 1),
        State::Active => (Status::Active, "", None, 0),
        State::Suspended { reason } => (Status::Suspended, reason, None, 1),
        State::Removed => (Status::Removed, reason, Some(at.micros()), 1),
        State::Restored if was_suspended => (Status::Suspended, reason, None, 0),
        State::Restored => (Status::Active, "", None, 0),
    };
    let params = params![user.id, user.version, status.as_str(), at, reason, removed_at, at, ends_sessions];
    let updated = tx.execute(SET_STATE, params).await? == 1;
    if updated {
        words::replace(tx, user.id).await?;
    }
    Ok(updated)
}

pub(crate) async fn seen(tx: &mut Tx, id: UserId, at: Timestamp) -> Result<(), db::Error> {
    tx.execute(SEEN, params![id, at]).await.map(|_| ())
}

pub(crate) async fn suspended(db: &Db, limit: i64) -> Result<Vec<User>, db::Error> {
    let rows: Vec<db::Readable<UserRow>> = db.all(SUSPENDED, params![limit]).await?;
    Ok(db::readable(rows, SUSPENDED).into_iter().map(User::from).collect())
}

/// Counted up to `at_most`.
pub(crate) async fn count_joined(db: &Db, since: Timestamp, at_most: i64) -> Result<i64, db::Error> {
    let (count,): (i64,) = db.one(COUNT_JOINED, params![since, at_most]).await?;
    Ok(count)
}

/// Number of suspended or removed users, up to `at_most`.
pub(crate) async fn count_status(db: &Db, status: Status, at_most: i64) -> Result<i64, db::Error> {
    let (count,): (i64,) = db.one(COUNT_STATUS, params![status.as_str(), at_most]).await?;
    Ok(count)
}

//! People's SQL, but for the list's, which is in `list.rs`.

use frontdesk_model::{
    Email, LinkId, PersonName, Role, Roles, Timestamp, UserId,
    user::{Status, User},
};
use uuid::Uuid;

use crate::{
    db::{self, Db, Tx, statements},
    params,
};

/// The roles of the user `u`, in one column: a page stays one walk of an index, with nothing to sort
/// or to fold afterwards. [`roles`] reads it.
macro_rules! roles_column {
    () => {
        "(SELECT string_agg(r.role, ' ') FROM user_roles r WHERE r.user_id = u.id) AS roles"
    };
}
pub(crate) use roles_column;

/// What a `User` is read from.
macro_rules! user_columns {
    () => {
        concat!(
            "u.id, u.name, u.email, u.status, u.suspended_reason, u.removed_at, u.password_hash IS NOT NULL \
             AS has_password, u.joined_at, u.updated_at, u.last_seen_at, u.version, ",
            roles_column!()
        )
    };
}

statements! { "accounts";
    INSERT = "INSERT INTO users (id, name, name_key, email, email_key, status, password_hash, joined_at, updated_at, \
              last_seen_at) VALUES ($1, $2, $3, $4, $5, 'active', $6, $7, $7, 0) \
              ON CONFLICT (email_key) DO NOTHING RETURNING id";
    BY_ID = concat!("SELECT ", user_columns!(), " FROM users u WHERE u.id = $1");
    BY_EMAIL = concat!("SELECT ", user_columns!(), " FROM users u WHERE u.email_key = $1");
    CREDENTIALS = "SELECT id, name, email_key, password_hash, status, session_epoch FROM users WHERE email_key = $1";
    CREDENTIALS_BY_ID = "SELECT id, name, email_key, password_hash, status, session_epoch FROM users WHERE id = $1";
    ID_BY_EMAIL = "SELECT id FROM users WHERE email_key = $1";
    UPDATE = "UPDATE users SET name = $3, name_key = $4, email = $5, email_key = $6, updated_at = $7, \
              version = version + 1 WHERE id = $1 AND version = $2";
    SET_STATE = "UPDATE users SET status = $3, \
                 suspended_at = CASE WHEN $5 = '' THEN NULL ELSE COALESCE(suspended_at, $4) END, suspended_reason = $5, removed_at = $6, \
                 updated_at = $7, session_epoch = session_epoch + $8, version = version + 1 \
                 WHERE id = $1 AND version = $2";
    TOUCH = "UPDATE users SET updated_at = $3, version = version + 1 WHERE id = $1 AND version = $2";
    SET_PASSWORD = "UPDATE users SET password_hash = $2, updated_at = $3, session_epoch = session_epoch + 1, \
                    version = version + 1 WHERE id = $1 RETURNING session_epoch";
    // Nothing has ended all their sessions meanwhile: no other change, no suspension.
    CHANGE_PASSWORD = "UPDATE users SET password_hash = $2, updated_at = $3, session_epoch = session_epoch + 1, \
                       version = version + 1 WHERE id = $1 AND session_epoch = $4 RETURNING session_epoch";
    REHASH = "UPDATE users SET password_hash = $2 WHERE id = $1";
    SEEN = "UPDATE users SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2";
    INSERT_ROLE = "INSERT INTO user_roles (user_id, role, granted_at, granted_by) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (user_id, role) DO NOTHING RETURNING role";
    DELETE_ROLE = "DELETE FROM user_roles WHERE user_id = $1 AND role = $2";
    OTHER_OWNERS = "SELECT count(*) FROM user_roles r JOIN users u ON u.id = r.user_id \
                    WHERE r.role = 'owner' AND r.user_id <> $1 AND u.status = 'active' AND u.password_hash IS NOT NULL";
    ANY_OWNER = "SELECT user_id FROM user_roles WHERE role = 'owner' LIMIT 1";
    TAKE_TURN = "UPDATE turns SET taken = taken + 1 WHERE name = $1";
    INSERT_LINK = "INSERT INTO one_time_links (id, token_hash, purpose, user_id, created_at, expires_at) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
    SPEND_LINK = "UPDATE one_time_links SET used_at = $2 \
                  WHERE token_hash = $1 AND purpose = $3 AND used_at IS NULL AND expires_at > $2 RETURNING id, user_id";
    SEE_LINK = "SELECT l.id, l.user_id, u.name, u.email FROM one_time_links l LEFT JOIN users u ON u.id = l.user_id \
                WHERE l.token_hash = $1 AND l.purpose = $3 AND l.used_at IS NULL AND l.expires_at > $2";
    SETUP_LINK = "SELECT expires_at FROM one_time_links \
                  WHERE user_id IS NULL AND purpose = 'setup' AND used_at IS NULL AND expires_at > $1";
    DROP_LINKS = "DELETE FROM one_time_links WHERE purpose = $1 AND (user_id = $2 OR (user_id IS NULL AND $1 = 'setup'))";
    SUSPENDED = concat!(
        "SELECT ", user_columns!(), " FROM users u WHERE u.status <> 'active' AND u.status = 'suspended' \
         ORDER BY u.joined_at DESC, u.id DESC LIMIT CAST($1 AS BIGINT)");
    COUNT_JOINED = "SELECT count(*) FROM (SELECT 1 FROM users WHERE status <> 'removed' AND joined_at >= $1 LIMIT CAST($2 AS BIGINT)) AS counted";
    COUNT_STATUS = "SELECT count(*) FROM (SELECT 1 FROM users WHERE status <> 'active' AND status = $1 LIMIT CAST($2 AS BIGINT)) AS counted";
}

#[derive(sqlx::FromRow)]
struct UserRow {
    id: Uuid,
    name: String,
    email: String,
    status: String,
    suspended_reason: String,
    removed_at: Option<i64>,
    has_password: bool,
    joined_at: i64,
    updated_at: i64,
    last_seen_at: i64,
    version: i64,
    roles: Option<String>,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: UserId(row.id),
            name: row.name,
            email: row.email,
            status: status(&row.status),
            suspended_reason: row.suspended_reason,
            roles: roles(row.roles.as_deref()),
            has_password: row.has_password,
            joined_at: Timestamp::from_micros(row.joined_at),
            updated_at: Timestamp::from_micros(row.updated_at),
            last_seen_at: last_seen(row.last_seen_at),
            removed_at: row.removed_at.map(Timestamp::from_micros),
            version: row.version,
        }
    }
}

/// The schema holds the column to the three that there are.
pub(super) fn status(column: &str) -> Status {
    Status::parse(column).unwrap_or(Status::Removed)
}

/// The column has 0 for never.
pub(super) fn last_seen(column: i64) -> Option<Timestamp> {
    (column > 0).then(|| Timestamp::from_micros(column))
}

/// Reads what `roles_column!` selects.
pub(crate) fn roles(column: Option<&str>) -> Roles {
    column.unwrap_or_default().split(' ').filter_map(Role::parse).collect()
}

pub(super) struct NewUser<'a> {
    pub(super) id: UserId,
    pub(super) name: &'a PersonName,
    pub(super) email: &'a Email,
    pub(super) password_hash: Option<String>,
    pub(super) at: Timestamp,
}

/// Whether the person was inserted; not if the e-mail address is taken.
pub(super) async fn insert(tx: &mut Tx, new: NewUser<'_>) -> Result<bool, db::Error> {
    let (name, email) = (new.name, new.email);
    let params =
        params![new.id, name.as_str(), name.key(), email.as_str(), email.key(), new.password_hash, new.at];
    let inserted: Option<(Uuid,)> = tx.optional(INSERT, params).await?;
    Ok(inserted.is_some())
}

pub(crate) async fn by_id(tx: &mut Tx, id: UserId) -> Result<Option<User>, db::Error> {
    let row: Option<UserRow> = tx.optional(BY_ID, params![id]).await?;
    Ok(row.map(User::from))
}

pub(super) async fn read_by_id(db: &Db, id: UserId) -> Result<Option<User>, db::Error> {
    let row: Option<UserRow> = db.optional(BY_ID, params![id]).await?;
    Ok(row.map(User::from))
}

pub(super) async fn by_email(db: &Db, email_key: &str) -> Result<Option<User>, db::Error> {
    let row: Option<UserRow> = db.optional(BY_EMAIL, params![email_key]).await?;
    Ok(row.map(User::from))
}

#[derive(sqlx::FromRow)]
pub(super) struct CredentialsRow {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) email_key: String,
    pub(super) password_hash: Option<String>,
    pub(super) status: String,
    pub(super) session_epoch: i64,
}

pub(super) async fn credentials(db: &Db, email_key: &str) -> Result<Option<CredentialsRow>, db::Error> {
    db.optional(CREDENTIALS, params![email_key]).await
}

pub(super) async fn credentials_by_id(db: &Db, id: UserId) -> Result<Option<CredentialsRow>, db::Error> {
    db.optional(CREDENTIALS_BY_ID, params![id]).await
}

pub(super) async fn id_by_email(tx: &mut Tx, email_key: &str) -> Result<Option<UserId>, db::Error> {
    let found: Option<(Uuid,)> = tx.optional(ID_BY_EMAIL, params![email_key]).await?;
    Ok(found.map(|(id,)| UserId(id)))
}

/// Whether the version was still the one that was edited.
pub(super) async fn update(
    tx: &mut Tx,
    (id, version): (UserId, i64),
    name: &PersonName,
    email: &Email,
    at: Timestamp,
) -> Result<bool, db::Error> {
    let params = params![id, version, name.as_str(), name.key(), email.as_str(), email.key(), at];
    Ok(tx.execute(UPDATE, params).await? == 1)
}

/// What a change makes of somebody's state.
#[derive(Clone, Copy)]
pub(super) enum State<'a> {
    /// Only the version grows: the change is elsewhere, in their roles or links.
    Same,
    Active,
    Suspended {
        reason: &'a str,
    },
    /// Keeps whether they were suspended, for when they are restored.
    Removed,
    Restored,
}

/// Whether nobody was faster. Leaving the active state ends every session, at once and for good:
/// they belong to an epoch that is over.
pub(super) async fn update_state(
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
    Ok(tx.execute(SET_STATE, params).await? == 1)
}

/// Ends every session, and returns the epoch that begins.
pub(super) async fn set_password(
    tx: &mut Tx,
    id: UserId,
    hash: String,
    at: Timestamp,
) -> Result<i64, db::Error> {
    let (epoch,): (i64,) = tx.one(SET_PASSWORD, params![id, hash, at]).await?;
    Ok(epoch)
}

/// The same, if the epoch is still the one that the actor's session began in.
pub(super) async fn change_password(
    tx: &mut Tx,
    (id, epoch): (UserId, i64),
    hash: String,
    at: Timestamp,
) -> Result<Option<i64>, db::Error> {
    let begun: Option<(i64,)> = tx.optional(CHANGE_PASSWORD, params![id, hash, at, epoch]).await?;
    Ok(begun.map(|(epoch,)| epoch))
}

/// Replaces the hash of the same password by one with today's parameters.
pub(crate) async fn rehash(tx: &mut Tx, id: UserId, hash: String) -> Result<(), db::Error> {
    tx.execute(REHASH, params![id, hash]).await.map(|_| ())
}

pub(crate) async fn seen(tx: &mut Tx, id: UserId, at: Timestamp) -> Result<(), db::Error> {
    tx.execute(SEEN, params![id, at]).await.map(|_| ())
}

/// Whether the role is new to them.
pub(super) async fn insert_role(
    tx: &mut Tx,
    id: UserId,
    role: Role,
    at: Timestamp,
    by: Option<Uuid>,
) -> Result<bool, db::Error> {
    let inserted: Option<(String,)> = tx.optional(INSERT_ROLE, params![id, role.as_str(), at, by]).await?;
    Ok(inserted.is_some())
}

/// Whether they had it.
pub(super) async fn delete_role(tx: &mut Tx, id: UserId, role: Role) -> Result<bool, db::Error> {
    Ok(tx.execute(DELETE_ROLE, params![id, role.as_str()]).await? == 1)
}

/// Owners other than this one who can sign in.
pub(super) async fn other_owners(tx: &mut Tx, than: UserId) -> Result<i64, db::Error> {
    let (count,): (i64,) = tx.one(OTHER_OWNERS, params![than]).await?;
    Ok(count)
}

pub(super) async fn has_owner(tx: &mut Tx) -> Result<bool, db::Error> {
    let owner: Option<(Uuid,)> = tx.optional(ANY_OWNER, params![]).await?;
    Ok(owner.is_some())
}

/// Waits for the others who take turns by this name; they wait until the commit.
pub(crate) async fn take_turn(tx: &mut Tx, name: &str) -> Result<(), db::Error> {
    tx.execute(TAKE_TURN, params![name]).await.map(|_| ())
}

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To become the first owner.
    Setup,
    /// To choose a password.
    Invite,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Invite => "invite",
        }
    }
}

pub(super) struct NewLink {
    pub(super) id: LinkId,
    pub(super) token_hash: Vec<u8>,
    pub(super) purpose: Purpose,
    pub(super) user: Option<UserId>,
    pub(super) at: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// Makes what links a person has for this purpose worth nothing.
pub(super) async fn drop_links(tx: &mut Tx, purpose: Purpose, user: UserId) -> Result<(), db::Error> {
    tx.execute(DROP_LINKS, params![purpose.as_str(), user]).await.map(|_| ())
}

/// Replaces what links there were for the same purpose and person.
pub(super) async fn insert_link(tx: &mut Tx, new: NewLink) -> Result<(), db::Error> {
    let (purpose, user) = (new.purpose.as_str(), new.user.map(|id| id.0));
    tx.execute(DROP_LINKS, params![purpose, user]).await?;
    let params = params![new.id, new.token_hash, purpose, user, new.at, new.expires_at];
    tx.execute(INSERT_LINK, params).await.map(|_| ())
}

/// Until when the first owner's link is good, if there is one.
pub(super) async fn setup_link_expiry(tx: &mut Tx, at: Timestamp) -> Result<Option<Timestamp>, db::Error> {
    let found: Option<(i64,)> = tx.optional(SETUP_LINK, params![at]).await?;
    Ok(found.map(|(expires_at,)| Timestamp::from_micros(expires_at)))
}

#[derive(sqlx::FromRow)]
pub(super) struct SpentLink {
    pub(super) user_id: Option<Uuid>,
}

/// Uses a link up, if it is good. Two who try at once: one gets it.
pub(super) async fn spend_link(
    tx: &mut Tx,
    token_hash: Vec<u8>,
    purpose: Purpose,
    at: Timestamp,
) -> Result<Option<SpentLink>, db::Error> {
    tx.optional(SPEND_LINK, params![token_hash, at, purpose.as_str()]).await
}

#[derive(sqlx::FromRow)]
pub(super) struct OpenLink {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
}

/// Looks at a link without using it up.
pub(super) async fn see_link(
    db: &Db,
    token_hash: Vec<u8>,
    purpose: Purpose,
    at: Timestamp,
) -> Result<Option<OpenLink>, db::Error> {
    db.optional(SEE_LINK, params![token_hash, at, purpose.as_str()]).await
}

pub(super) async fn suspended(db: &Db, limit: i64) -> Result<Vec<User>, db::Error> {
    let rows: Vec<UserRow> = db.all(SUSPENDED, params![limit]).await?;
    Ok(rows.into_iter().map(User::from).collect())
}

/// Counted up to `at_most`.
pub(super) async fn count_joined(db: &Db, since: Timestamp, at_most: i64) -> Result<i64, db::Error> {
    let (count,): (i64,) = db.one(COUNT_JOINED, params![since, at_most]).await?;
    Ok(count)
}

/// Of the suspended or the removed, counted up to `at_most`.
pub(super) async fn count_status(db: &Db, status: Status, at_most: i64) -> Result<i64, db::Error> {
    let (count,): (i64,) = db.one(COUNT_STATUS, params![status.as_str(), at_most]).await?;
    Ok(count)
}

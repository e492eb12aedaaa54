//! Statements on tokens, except those of the lists, which are in `list.rs`.

use frontdesk_model::{
    Permissions, Roles, Timestamp, Token, TokenId, UserId,
    audit::Party,
    tokens::{TokenKind, TokenOwner, TokenState},
    users::Status,
};
use uuid::Uuid;

use crate::{
    actor::{Bearer, Owner},
    db::{self, Db, Read, Text, Tx, row, statements},
    params,
    users::sql::roles_column,
};

/// Columns of a `Token`.
macro_rules! columns {
    () => {
        "t.id, t.hint, t.name, t.owner_id, u.name AS owner_name, u.status AS owner_status, t.permissions, \
         t.created_at, t.created_by, t.created_by_label, t.expires_at, t.last_used_at, t.revoked_at"
    };
}
pub(super) use columns;

/// The token with this value in a column, and its owner.
macro_rules! bearer {
    ($column:literal) => {
        concat!(
            "SELECT t.id, t.hint, t.name, t.permissions, t.expires_at, t.last_used_at, t.revoked_at, \
             u.id AS owner_id, u.name AS owner_name, u.email, u.status AS owner_status, u.joined_at, ",
            roles_column!(),
            " FROM tokens t LEFT JOIN users u ON u.id = t.owner_id WHERE t.",
            $column,
            " = $1"
        )
    };
}

statements! { "tokens";
    INSERT = "INSERT INTO tokens (id, token_hash, hint, name, kind, owner_id, permissions, created_at, created_by, \
              created_by_label, expires_at, last_used_at, ends_at) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12)";
    BY_HASH = bearer!("token_hash");
    BEARER_BY_ID = bearer!("id");
    BY_ID = concat!("SELECT ", columns!(), " FROM tokens t LEFT JOIN users u ON u.id = t.owner_id WHERE t.id = $1");
    COUNT_LIVE = "SELECT count(*) FROM (SELECT 1 FROM tokens WHERE owner_id = $1 AND ends_at > $2 LIMIT CAST($3 AS BIGINT)) AS counted";
    REVOKE = "UPDATE tokens SET revoked_at = $2, ends_at = $2 WHERE id = $1 AND ends_at > $2";
    END_PERSONAL = "UPDATE tokens SET revoked_at = $2, ends_at = $2 WHERE owner_id = $1 AND ends_at > $2";
    USED = "UPDATE tokens SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2";
    // Bounded, so that it does not block other writers for long.
    SWEEP = "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE ends_at <= $1 LIMIT 1000)";
}

row! {
    pub(super) struct TokenRow {
        id: Uuid,
        hint: String,
        name: String,
        owner_id: Option<Uuid>,
        owner_name: Option<String>,
        owner_status: Option<Text<Status>>,
        permissions: Text<Permissions>,
        created_at: i64,
        created_by: Option<Uuid>,
        created_by_label: String,
        expires_at: Option<i64>,
        last_used_at: i64,
        revoked_at: Option<i64>,
    }
}

impl TokenRow {
    /// The token with its state at this time.
    pub(super) fn token(self, now: Timestamp) -> Token {
        let owner =
            self.owner_id.map(|id| TokenOwner { id: UserId(id), name: self.owner_name.unwrap_or_default() });
        Token {
            id: TokenId(self.id),
            hint: self.hint,
            name: self.name,
            kind: if owner.is_some() { TokenKind::Personal } else { TokenKind::Service },
            owner,
            permissions: self.permissions.0,
            state: state(self.revoked_at, self.expires_at, self.owner_status.map(|status| status.0), now),
            created_at: Timestamp::from_micros(self.created_at),
            created_by: Party { id: self.created_by, label: self.created_by_label },
            expires_at: self.expires_at.map(Timestamp::from_micros),
            last_used_at: moment(self.last_used_at),
            revoked_at: self.revoked_at.map(Timestamp::from_micros),
        }
    }
}

fn state(
    revoked_at: Option<i64>,
    expires_at: Option<i64>,
    owner_status: Option<Status>,
    now: Timestamp,
) -> TokenState {
    if revoked_at.is_some() {
        TokenState::Revoked
    } else if expires_at.is_some_and(|at| at <= now.micros()) {
        TokenState::Expired
    } else if owner_status.is_some_and(|status| status != Status::Active) {
        TokenState::Paused
    } else {
        TokenState::Live
    }
}

/// 0 means never.
fn moment(micros: i64) -> Option<Timestamp> {
    (micros > 0).then(|| Timestamp::from_micros(micros))
}

pub(super) async fn insert(tx: &mut Tx, token: &Token, hash: Vec<u8>) -> Result<(), db::Error> {
    let params = params![
        token.id,
        hash,
        &token.hint,
        &token.name,
        token.kind.as_str(),
        token.owner.as_ref().map(|owner| owner.id.0),
        token.permissions.to_string(),
        token.created_at,
        token.created_by.id,
        &token.created_by.label,
        token.expires_at.map(Timestamp::micros),
        token.ends_at().map_or(i64::MAX, Timestamp::micros),
    ];
    tx.execute(INSERT, params).await.map(|_| ())
}

row! {
    struct BearerRow {
        id: Uuid,
        hint: String,
        name: String,
        permissions: Text<Permissions>,
        expires_at: Option<i64>,
        last_used_at: i64,
        revoked_at: Option<i64>,
        owner_id: Option<Uuid>,
        owner_name: Option<String>,
        email: Option<String>,
        owner_status: Option<Text<Status>>,
        joined_at: Option<i64>,
        roles: Option<Text<Roles>>,
    }
}

/// A token found by its text, valid or not.
pub(super) struct Found {
    pub(super) bearer: Bearer,
    pub(super) last_used_at: Option<Timestamp>,
    revoked_at: Option<i64>,
    owner_status: Option<Text<Status>>,
}

impl Found {
    /// Reason for refusing it, if there is one.
    pub(super) fn refusal(&self, now: Timestamp) -> Option<&'static str> {
        let expires_at = self.bearer.expires_at.map(Timestamp::micros);
        match state(self.revoked_at, expires_at, self.owner_status.map(|status| status.0), now) {
            TokenState::Live => None,
            state => Some(state.as_str()),
        }
    }
}

pub(super) async fn by_hash(db: &Db, hash: Vec<u8>) -> Result<Option<Found>, db::Error> {
    let row: Option<BearerRow> = db.optional(BY_HASH, params![hash]).await?;
    Ok(row.map(found))
}

/// As [`by_hash`], by the token's id.
pub(super) async fn bearer_by_id(db: &Db, id: TokenId) -> Result<Option<Found>, db::Error> {
    let row: Option<BearerRow> = db.optional(BEARER_BY_ID, params![id]).await?;
    Ok(row.map(found))
}

fn found(row: BearerRow) -> Found {
    let given = row.permissions.0;
    let owner = row.owner_id.map(|id| Owner {
        id: UserId(id),
        name: row.owner_name.unwrap_or_default(),
        email: row.email.unwrap_or_default(),
        roles: row.roles.map(|roles| roles.0).unwrap_or_default(),
        joined_at: Timestamp::from_micros(row.joined_at.unwrap_or_default()),
    });
    let bearer = Bearer {
        id: TokenId(row.id),
        name: row.name,
        hint: row.hint,
        expires_at: row.expires_at.map(Timestamp::from_micros),
        permissions: owner.as_ref().map_or(given, |owner| given.within(owner.roles.permissions())),
        owner,
    };
    Found {
        bearer,
        last_used_at: moment(row.last_used_at),
        revoked_at: row.revoked_at,
        owner_status: row.owner_status,
    }
}

pub(super) async fn by_id(
    mut from: impl Read,
    id: TokenId,
    now: Timestamp,
) -> Result<Option<Token>, db::Error> {
    let row: Option<TokenRow> = from.optional(BY_ID, params![id]).await?;
    Ok(row.map(|row| row.token(now)))
}

/// Number of one user's active tokens, up to `at_most`.
pub(super) async fn count_live(
    tx: &mut Tx,
    owner: UserId,
    now: Timestamp,
    at_most: i64,
) -> Result<i64, db::Error> {
    let (count,): (i64,) = tx.one(COUNT_LIVE, params![owner, now, at_most]).await?;
    Ok(count)
}

/// Returns false if it had ended already.
pub(super) async fn revoke(tx: &mut Tx, id: TokenId, at: Timestamp) -> Result<bool, db::Error> {
    Ok(tx.execute(REVOKE, params![id, at]).await? == 1)
}

/// Ends all tokens of a person. Returns their number.
pub(crate) async fn end_personal(tx: &mut Tx, owner: UserId, at: Timestamp) -> Result<u64, db::Error> {
    tx.execute(END_PERSONAL, params![owner, at]).await
}

pub(super) async fn used(tx: &mut Tx, id: TokenId, at: Timestamp) -> Result<(), db::Error> {
    tx.execute(USED, params![id, at]).await.map(|_| ())
}

pub(super) async fn sweep(tx: &mut Tx, before: Timestamp) -> Result<u64, db::Error> {
    tx.execute(SWEEP, params![before]).await
}

//! Statements on the roles of users.

use frontdesk_model::{Role, Timestamp, UserId};
use uuid::Uuid;

use crate::{
    db::{self, Read, Tx, statements},
    params,
};

/// The roles of the user `u` in one column, so that a page stays one index scan without sorting or
/// grouping. `Text<Roles>` reads it.
macro_rules! roles_column {
    () => {
        "(SELECT string_agg(r.role, ' ') FROM user_roles r WHERE r.user_id = u.id) AS roles"
    };
}
pub(crate) use roles_column;

statements! { "users.roles";
    INSERT_ROLE = "INSERT INTO user_roles (user_id, role, granted_at, granted_by) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (user_id, role) DO NOTHING RETURNING role";
    DELETE_ROLE = "DELETE FROM user_roles WHERE user_id = $1 AND role = $2";
    OTHER_OWNERS = "SELECT count(*) FROM user_roles r JOIN users u ON u.id = r.user_id \
                    WHERE r.role = 'owner' AND r.user_id <> $1 AND u.status = 'active' AND u.password_hash IS NOT NULL";
    ANY_OWNER = "SELECT user_id FROM user_roles WHERE role = 'owner' LIMIT 1";
}

/// Returns false if the user has the role.
pub(crate) async fn insert_role(
    tx: &mut Tx,
    id: UserId,
    role: Role,
    at: Timestamp,
    by: Option<Uuid>,
) -> Result<bool, db::Error> {
    let inserted: Option<(String,)> = tx.optional(INSERT_ROLE, params![id, role.as_str(), at, by]).await?;
    Ok(inserted.is_some())
}

/// Returns true if the user had it.
pub(crate) async fn delete_role(tx: &mut Tx, id: UserId, role: Role) -> Result<bool, db::Error> {
    Ok(tx.execute(DELETE_ROLE, params![id, role.as_str()]).await? == 1)
}

/// Number of other owners who can sign in.
pub(crate) async fn other_owners(tx: &mut Tx, than: UserId) -> Result<i64, db::Error> {
    let (count,): (i64,) = tx.one(OTHER_OWNERS, params![than]).await?;
    Ok(count)
}

pub(crate) async fn has_owner(mut from: impl Read) -> Result<bool, db::Error> {
    let owner: Option<(Uuid,)> = from.optional(ANY_OWNER, params![]).await?;
    Ok(owner.is_some())
}

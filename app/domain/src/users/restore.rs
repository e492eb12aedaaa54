//! Restores a user from the trash.

use frontdesk_model::{
    Permission,
    audit::Action,
    users::{OneUser, Status, User},
};

use super::{Error, UserChange, change::status_entry, sql::State};
use crate::{Context, db::Tx};

/// Restores a user from the trash: with their roles, and suspended again if they were.
///
/// # Errors
/// [`Error::Denied`] without `users:remove` or the rank; [`Error::WrongState`] unless removed.
#[tracing::instrument(name = "users.restore", skip_all)]
pub async fn restore(ctx: &Context, form: OneUser) -> Result<User, Error> {
    let mut tx = ctx.begin();
    let user = restore_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(user)
}

/// As [`restore()`], in the caller's transaction.
///
/// # Errors
/// As [`restore()`].
pub async fn restore_in(ctx: &Context, tx: &mut Tx, form: OneUser) -> Result<User, Error> {
    let change = UserChange::load(ctx, tx, Permission::USERS_REMOVE, form.id).await?;
    change.status_must_be(Status::Removed, "Only a removed user can be restored.")?;
    let to = if change.user.suspended_reason.is_empty() { Status::Active } else { Status::Suspended };
    let entry = status_entry(Action::USER_RESTORED, Status::Removed, to);
    change.write(State::Restored, entry).await
}

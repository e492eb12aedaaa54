//! Moves a user to the trash.

use frontdesk_model::{
    Permission,
    audit::Action,
    users::{OneUser, Status, User},
};

use super::{Error, UserChange, change::status_entry, sql::State};
use crate::{Context, db::Tx};

/// Moves a user to the trash, with all their data, and ends their sessions.
///
/// # Errors
/// [`Error::Denied`] without `users:remove` or the rank; [`Error::LastOwner`]; [`Error::WrongState`] for
/// oneself and for removed users.
#[tracing::instrument(name = "users.remove", skip_all)]
pub async fn remove(ctx: &Context, form: OneUser) -> Result<User, Error> {
    let mut tx = ctx.begin();
    let user = remove_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(user)
}

/// As [`remove()`], in the caller's transaction.
///
/// # Errors
/// As [`remove()`].
pub async fn remove_in(ctx: &Context, tx: &mut Tx, form: OneUser) -> Result<User, Error> {
    let mut change = UserChange::load(ctx, tx, Permission::USERS_REMOVE, form.id).await?;
    change.not_oneself("You cannot remove yourself.")?;
    if change.user.status == Status::Removed {
        return Err(Error::WrongState("This user is removed already."));
    }
    change.another_owner_stays().await?;
    let entry = status_entry(Action::USER_REMOVED, change.user.status, Status::Removed);
    change.write(State::Removed, entry).await
}

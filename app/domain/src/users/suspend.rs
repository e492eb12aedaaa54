//! Suspends a user and ends their sessions.

use frontdesk_model::{
    Permission,
    audit::Action,
    form::Form,
    users::{Status, SuspendUser, User},
};

use super::{Error, UserChange, change::status_entry, sql::State};
use crate::{Context, db::Tx};

/// Suspends a user, for a reason, and ends their sessions.
///
/// # Errors
/// [`Error::Denied`] without `users:suspend` or the rank; [`Error::LastOwner`]; [`Error::WrongState`] for
/// oneself and unless active.
#[tracing::instrument(name = "users.suspend", skip_all)]
pub async fn suspend(ctx: &Context, form: SuspendUser) -> Result<User, Error> {
    let mut tx = ctx.begin();
    let user = suspend_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(user)
}

/// As [`suspend()`], in the caller's transaction.
///
/// # Errors
/// As [`suspend()`].
pub async fn suspend_in(ctx: &Context, tx: &mut Tx, form: SuspendUser) -> Result<User, Error> {
    let mut change = UserChange::load(ctx, tx, Permission::USERS_SUSPEND, form.id).await?;
    form.check().map_err(Error::Invalid)?;
    change.not_oneself("You cannot suspend yourself.")?;
    change.status_must_be(Status::Active, "Only an active user can be suspended.")?;
    change.another_owner_stays().await?;
    let entry = status_entry(Action::USER_SUSPENDED, Status::Active, Status::Suspended).because(&form.reason);
    change.write(State::Suspended { reason: form.reason.trim() }, entry).await
}

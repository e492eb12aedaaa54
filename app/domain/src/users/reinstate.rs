//! Reinstates a suspended user.

use frontdesk_model::{
    Permission,
    audit::Action,
    users::{OneUser, Status, User},
};

use super::{Error, UserChange, change::status_entry, sql::State};
use crate::{Context, db::Tx};

/// Reinstates a suspended user.
///
/// # Errors
/// [`Error::Denied`] without `users:suspend` or the rank; [`Error::WrongState`] unless suspended.
#[tracing::instrument(name = "users.reinstate", skip_all)]
pub async fn reinstate(ctx: &Context, form: OneUser) -> Result<User, Error> {
    let mut tx = ctx.begin();
    let user = reinstate_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(user)
}

/// As [`reinstate()`], in the caller's transaction.
///
/// # Errors
/// As [`reinstate()`].
pub async fn reinstate_in(ctx: &Context, tx: &mut Tx, form: OneUser) -> Result<User, Error> {
    let change = UserChange::load(ctx, tx, Permission::USERS_SUSPEND, form.id).await?;
    change.status_must_be(Status::Suspended, "Only a suspended user can be reinstated.")?;
    let entry = status_entry(Action::USER_REINSTATED, Status::Suspended, Status::Active);
    change.write(State::Active, entry).await
}

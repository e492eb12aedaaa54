//! Assigns a role.

use frontdesk_model::{audit::Action, roles::ChangeRole, users::User};

use super::load;
use crate::{
    Context,
    account_sources::{self, Kind},
    audit::Entry,
    db::Tx,
    one_time_links::{self, Purpose},
    users::{
        Error,
        sql::{self, State},
    },
};

/// Assigns a role. It must not hold permissions that the actor lacks.
///
/// # Errors
/// [`Error::Denied`] without `roles:assign`, the rank, or any permission of the role;
/// [`Error::WrongState`] if the user has it, or is removed.
#[tracing::instrument(name = "roles.grant", skip_all)]
pub async fn grant(ctx: &Context, form: ChangeRole) -> Result<User, Error> {
    let mut tx = ctx.begin();
    let user = grant_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(user)
}

/// As [`grant()`], in the caller's transaction.
///
/// # Errors
/// As [`grant()`].
pub async fn grant_in(ctx: &Context, tx: &mut Tx, form: ChangeRole) -> Result<User, Error> {
    let change = load(ctx, tx, form.id, form.role).await?;
    let by = ctx.actor.user().map(|id| id.0);
    if !sql::insert_role(change.tx, form.id, form.role, ctx.clock.now(), by).await? {
        return Err(Error::WrongState("This user has that role already."));
    }
    account_sources::record(ctx, change.tx, form.id, Kind::Role).await?;
    if change.user.has_password {
        // The person who made the link may no longer have the rank for it.
        one_time_links::sql::drop_links(change.tx, Purpose::Invite, form.id).await?;
    }
    let entry = Entry::new(Action::ROLE_GRANTED).changed("role", None, Some(form.role.as_str()));
    change.write(State::Same, entry).await
}

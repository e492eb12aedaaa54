//! Creates an invitation to choose a password.

use frontdesk_model::{
    Permission, Secret,
    audit::Action,
    users::{OneUser, Status},
};
use users::State;

use crate::{
    Context,
    audit::Entry,
    db::Tx,
    one_time_links,
    users::{Error, UserChange, sql as users},
};

/// Creates a link to choose a password, which replaces the one before, and returns its token. With the
/// link it is possible to act as the user, so for a user who has a password the actor needs a higher rank.
///
/// # Errors
/// [`Error::Denied`] without `users:update` or the rank; [`Error::WrongState`] unless the user is active.
#[tracing::instrument(name = "invitations.invite", skip_all)]
pub async fn create(ctx: &Context, form: OneUser) -> Result<Secret, Error> {
    let mut tx = ctx.begin();
    let link = create_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(link)
}

/// As [`create()`], in the caller's transaction.
///
/// # Errors
/// As [`create()`].
pub async fn create_in(ctx: &Context, tx: &mut Tx, form: OneUser) -> Result<Secret, Error> {
    let change = UserChange::load(ctx, tx, Permission::USERS_UPDATE, form.id).await?;
    change.status_must_be(Status::Active, "Only an active user can choose a password.")?;
    if change.user.has_password {
        ctx.actor.require_rank_above(form.id, &change.user.roles)?;
    }
    let link = one_time_links::insert_invite(ctx, change.tx, form.id).await?;
    change.write(State::Same, Entry::new(Action::INVITE_CREATED)).await?;
    Ok(link)
}

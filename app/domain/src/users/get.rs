//! Reads one user.

use frontdesk_model::{Permission, UserId, audit::Action, email_lookup::Lookup, users::User};

use super::{Error, sql};
use crate::{Context, audit};

/// Reads a user: one that the actor created and may still create, or any with `users:read`.
///
/// # Errors
/// [`Error::Denied`] without `users:read`; [`Error::NoSuchUser`].
#[tracing::instrument(name = "users.get", skip_all)]
pub async fn get(ctx: &Context, id: UserId) -> Result<User, Error> {
    let only_creates = ctx.actor.may(Permission::USERS_CREATE) && !ctx.actor.may(Permission::USERS_READ);
    if !only_creates || !audit::is_maker(ctx, Action::USER_CREATED, id, None).await? {
        ctx.actor.require(Permission::USERS_READ)?;
    }
    sql::by_id(&ctx.db, id).await?.ok_or(Error::NoSuchUser)
}

/// The user with this e-mail address, even if removed.
///
/// # Errors
/// [`Error::Denied`] without `users:read`; [`Error::NoSuchUser`].
#[tracing::instrument(name = "users.by_email", skip_all)]
pub async fn by_email(ctx: &Context, email: &Lookup) -> Result<User, Error> {
    ctx.actor.require(Permission::USERS_READ)?;
    sql::by_email(&ctx.db, email).await?.ok_or(Error::NoSuchUser)
}

//! Reads one user.

use frontdesk_model::{Permission, UserId, email_lookup::Lookup, users::User};

use super::{Error, sql};
use crate::Context;

/// Reads a user.
///
/// # Errors
/// [`Error::Denied`] without `users:read`; [`Error::NoSuchUser`].
#[tracing::instrument(name = "users.get", skip_all)]
pub async fn get(ctx: &Context, id: UserId) -> Result<User, Error> {
    ctx.actor.require(Permission::USERS_READ)?;
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

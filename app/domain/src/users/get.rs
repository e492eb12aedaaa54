//! Reads one user.

use frontdesk_model::{Email, Permission, UserId, user::User};

use super::{Error, sql};
use crate::{Domain, actor::Actor};

/// Reads a user.
///
/// # Errors
/// [`Error::Denied`] without `users:read`; [`Error::NoSuchUser`].
#[tracing::instrument(name = "users.get", skip_all)]
pub async fn get(domain: &Domain, actor: &Actor, id: UserId) -> Result<User, Error> {
    actor.require(Permission::UsersRead)?;
    sql::read_by_id(&domain.db, id).await?.ok_or(Error::NoSuchUser)
}

/// The user with this e-mail address, even if removed.
///
/// # Errors
/// [`Error::Denied`] without `users:read`; [`Error::NoSuchUser`].
#[tracing::instrument(name = "users.by_email", skip_all)]
pub async fn by_email(domain: &Domain, actor: &Actor, email: &Email) -> Result<User, Error> {
    actor.require(Permission::UsersRead)?;
    sql::by_email(&domain.db, &email.key()).await?.ok_or(Error::NoSuchUser)
}

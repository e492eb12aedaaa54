//! Creates an account for another person, with an invitation to choose a password.

use frontdesk_model::{
    Permission, Secret,
    audit::Action,
    form::Form,
    users::{CreateUser, User},
};

use super::{Error, account, sql};
use crate::{
    Context,
    account_sources::{self, Kind},
    db::Tx,
    one_time_links,
};

/// Creates an account for another person. Returns it with the token of the link to choose a password.
///
/// # Errors
/// [`Error::Denied`] without `users:create`; [`Error::Invalid`]; [`Error::EmailTaken`].
#[tracing::instrument(name = "users.create", skip_all)]
pub async fn create(ctx: &Context, form: CreateUser) -> Result<(User, Secret), Error> {
    let mut tx = ctx.begin();
    let created = create_in(ctx, &mut tx, form).await?;
    tx.commit().await?;
    Ok(created)
}

/// As [`create()`], in the caller's transaction.
///
/// # Errors
/// As [`create()`].
pub async fn create_in(ctx: &Context, tx: &mut Tx, form: CreateUser) -> Result<(User, Secret), Error> {
    ctx.actor.require(Permission::USERS_CREATE)?;
    form.check().map_err(Error::Invalid)?;
    let (name, email) = account::parse(&form.name, &form.email)?;
    let id = account::create(ctx, tx, Action::USER_CREATED, (&name, &email), None).await?;
    account_sources::record(ctx, tx, id, Kind::Created).await?;
    let link = one_time_links::insert_invite(ctx, tx, id).await?;
    let user = sql::by_id(&mut *tx, id).await?.ok_or(Error::NoSuchUser)?;
    Ok((user, link))
}

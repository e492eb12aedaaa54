//! Creates an account for another person, with an invitation to choose a password.

use frontdesk_model::{
    Permission, Secret,
    audit::Action,
    forms::{CreateUser, Form},
    user::User,
};

use super::{Error, account, sql};
use crate::{Domain, actor::Actor, audit, events, one_time_links};

/// Creates an account for another person. Returns it with the token of the link to choose a password.
///
/// # Errors
/// [`Error::Denied`] without `users:create`; [`Error::Invalid`]; [`Error::EmailTaken`].
#[tracing::instrument(name = "users.create", skip_all)]
pub async fn create(domain: &Domain, actor: &Actor, form: CreateUser) -> Result<(User, Secret), Error> {
    actor.require(Permission::UsersCreate)?;
    form.check().map_err(Error::Invalid)?;
    let (name, email) = account::parse(&form.name, &form.email)?;
    let mut tx = domain.begin(actor).await?;
    let id = account::insert(domain, &mut tx, &name, &email, None).await?;
    let entry = audit::Entry::new(Action::UserCreated).on(id, name.as_str());
    events::record(&mut tx, domain, actor, account::with_facts(entry, &name, &email)).await?;
    let link = one_time_links::insert_invite(domain, &mut tx, id).await?;
    let user = sql::by_id(&mut tx, id).await?.ok_or(Error::NoSuchUser)?;
    tx.commit().await?;
    Ok((user, link))
}

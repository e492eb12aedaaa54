//! Creates the first owner.

use frontdesk_model::{
    Role,
    audit::Action,
    forms::{Form, SetUp},
};

use super::open::open;
use crate::{
    Domain,
    actor::Actor,
    advisory_lock,
    audit::Entry,
    credentials::Credentials,
    events,
    one_time_links::{Purpose, digest, sql as links},
    passwords,
    users::{Error, account, sql as users},
};

/// Creates the first owner.
///
/// # Errors
/// [`Error::LinkSpent`]; [`Error::Invalid`]; [`Error::EmailTaken`].
#[tracing::instrument(name = "invitations.set_up", skip_all)]
pub async fn set_up(domain: &Domain, actor: &Actor, form: SetUp) -> Result<Credentials, Error> {
    open(domain, Purpose::Setup, &form.token).await?;
    form.check().map_err(Error::Invalid)?;
    let (name, email) = account::parse(&form.name, &form.email)?;
    passwords::refuse_breached(domain, &form.password).await.map_err(Error::Invalid)?;
    let hash = domain.passwords.hash(form.password).await?;
    let mut tx = domain.begin(actor).await?;
    let at = domain.clock.now();
    advisory_lock::acquire(&mut tx, "owners").await?;
    let spent = links::spend_link(&mut tx, digest(&form.token), Purpose::Setup, at).await?;
    if spent.is_none() || users::has_owner(&mut tx).await? {
        return Err(Error::LinkSpent(Purpose::Setup));
    }
    let id = account::insert(domain, &mut tx, &name, &email, Some(hash)).await?;
    users::insert_role(&mut tx, id, Role::Owner, at, None).await?;
    let entry = account::with_facts(Entry::new(Action::UserCreated), &name, &email)
        .changed("role", None, Some(Role::Owner.as_str()))
        .on(id, name.as_str());
    events::record(&mut tx, domain, actor, entry).await?;
    tx.commit().await?;
    Ok(Credentials { user: id, name: name.as_str().to_owned(), epoch: 0, rehash: None })
}

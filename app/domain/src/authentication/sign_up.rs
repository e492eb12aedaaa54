//! Creates an account for its owner.

use frontdesk_model::{
    audit::Action,
    forms::{Form, SignUp},
};

use crate::{
    Domain,
    actor::Actor,
    audit,
    credentials::Credentials,
    events, passwords,
    users::{Error, account},
};

/// Creates an account for an anonymous visitor. The caller signs them in.
///
/// # Errors
/// [`Error::Invalid`] with the fault of each field; [`Error::EmailTaken`]; [`Error::Password`] under a
/// flood.
#[tracing::instrument(name = "authentication.sign_up", skip_all)]
pub async fn sign_up(domain: &Domain, actor: &Actor, form: SignUp) -> Result<Credentials, Error> {
    form.check().map_err(Error::Invalid)?;
    let (name, email) = account::parse(&form.name, &form.email)?;
    passwords::refuse_breached(domain, &form.password).await.map_err(Error::Invalid)?;
    // Hashed before the address is looked up, so that a taken address takes as much time as a free one,
    // and outside any transaction, so that the hash does not block other writers.
    let hash = domain.passwords.hash(form.password).await?;
    let mut tx = domain.begin(actor).await?;
    let id = account::insert(domain, &mut tx, &name, &email, Some(hash)).await?;
    let entry = audit::Entry::new(Action::UserSignedUp).on(id, name.as_str());
    events::record(&mut tx, domain, actor, account::with_facts(entry, &name, &email)).await?;
    tx.commit().await?;
    Ok(Credentials { user: id, name: name.as_str().to_owned(), epoch: 0, rehash: None })
}

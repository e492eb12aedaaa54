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

/// Makes an account for whoever asks. The caller signs them in.
///
/// # Errors
/// [`Error::Invalid`] with each field's fault; [`Error::EmailTaken`]; [`Error::Password`] under a flood.
#[tracing::instrument(name = "authentication.sign_up", skip_all)]
pub async fn sign_up(domain: &Domain, actor: &Actor, form: SignUp) -> Result<Credentials, Error> {
    form.check().map_err(Error::Invalid)?;
    let (name, email) = account::parse(&form.name, &form.email)?;
    passwords::refuse_breached(domain, &form.password).await.map_err(Error::Invalid)?;
    // Hashed before the address is looked up, and outside any transaction: a taken address costs
    // as much time as a free one, and the hash keeps nobody waiting for the writer.
    let hash = domain.passwords.hash(form.password).await?;
    let mut tx = domain.begin(actor).await?;
    let id = account::insert(domain, &mut tx, &name, &email, Some(hash)).await?;
    let entry = audit::Entry::new(Action::UserSignedUp).on(id, name.as_str());
    events::record(&mut tx, domain, actor, account::with_facts(entry, &name, &email)).await?;
    tx.commit().await?;
    Ok(Credentials { user: id, name: name.as_str().to_owned(), epoch: 0, rehash: None })
}

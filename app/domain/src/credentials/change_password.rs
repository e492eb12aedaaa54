//! Changes one's own password.

use frontdesk_model::{audit::Action, forms::ChangePassword};

use super::{
    Credentials,
    attempt::{compare, try_password, write_down},
};
use crate::{
    Domain,
    actor::{Actor, Denied},
    audit::Entry,
    events,
    one_time_links::{self, Purpose},
    passwords,
    users::{
        Error,
        sql::{self, CredentialsRow},
    },
};

/// Takes another password, which ends every session there was, this one too: the caller begins a
/// new one with what this returns. Tokens of programs stay.
///
/// Tries at the present password count as those of the sign-in form do, so that a session in wrong
/// hands is no way to guess it.
///
/// # Errors
/// [`Error::Denied`] for whoever is not there in person, and where all sessions of the person have been
/// ended meanwhile, by another change or by their suspension; [`Error::Invalid`] with each field's fault;
/// [`Error::WrongPassword`]; [`Error::Throttled`] after many failures; [`Error::Password`] under a
/// flood.
#[tracing::instrument(name = "credentials.change_password", skip_all)]
pub async fn change_password(
    domain: &Domain,
    actor: &Actor,
    form: ChangePassword,
) -> Result<Credentials, Error> {
    let person = actor.require_person()?;
    form.check_for(&[&person.name, &person.email]).map_err(Error::Invalid)?;
    let known = sql::credentials_by_id(&domain.db, person.id).await?;
    // A session that is over tries no password: it may be of before the password was changed.
    let is_over = |known: &CredentialsRow| known.session_epoch != person.epoch;
    let known = known.filter(|known| !is_over(known)).ok_or(Denied::Anonymous)?;
    let comparison = async {
        domain.passwords.expect_room().await?;
        compare(domain, Some(&known), form.current).await
    };
    let tried = try_password(domain, &known.email_key, comparison).await?;
    if !tried.came_to.is_match() {
        let failed = Entry::new(Action::PasswordChangeFailed);
        write_down(domain, actor, tried.held_back, Some(&known), failed).await?;
        return Err(Error::WrongPassword);
    }
    domain.sign_in_attempts.succeeded(&known.email_key);
    passwords::refuse_breached(domain, &form.password).await.map_err(Error::Invalid)?;
    let hash = domain.passwords.hash(form.password).await?;
    let mut tx = domain.begin(actor).await?;
    let changed = sql::change_password(&mut tx, (person.id, person.epoch), hash, domain.clock.now());
    let epoch = changed.await?.ok_or(Denied::Anonymous)?;
    // An invitation that nobody has used yet would be another way in.
    one_time_links::sql::drop_links(&mut tx, Purpose::Invite, person.id).await?;
    let entry = Entry::new(Action::PasswordChanged).on(person.id, &known.name);
    events::record(&mut tx, domain, actor, entry).await?;
    tx.commit().await?;
    Ok(Credentials { user: person.id, name: known.name, epoch, rehash: None })
}

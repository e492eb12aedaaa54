//! Changes one's own password.

use frontdesk_model::{audit::Action, credentials::ChangePassword};

use super::{Credentials, confirm};
use crate::{
    Context, account_sources,
    actor::Denied,
    audit::Entry,
    events,
    one_time_links::{self, Purpose},
    passwords,
    users::{Error, sql},
};

/// Replaces the password and ends every session of the user, including this one: the caller starts a new
/// session with the returned credentials. API tokens stay valid.
///
/// There is no variant for a caller's transaction: a wrong password is recorded although the use case fails.
/// Wrong current passwords count as failed sign-ins, so that a stolen session cannot be used to guess the
/// password.
///
/// # Errors
/// [`Error::Denied`] unless a person is signed in, and if all sessions of the person ended meanwhile, by
/// another change or a suspension; [`Error::Invalid`] with the fault of each field;
/// [`Error::WrongPassword`]; [`Error::Throttled`] after many failures; [`Error::Password`] under a flood.
#[tracing::instrument(name = "credentials.change_password", skip_all)]
pub async fn change_password(ctx: &Context, form: ChangePassword) -> Result<Credentials, Error> {
    let person = ctx.actor.require_person()?;
    form.check_for(&[&person.name, &person.email]).map_err(Error::Invalid)?;
    let known = confirm(ctx, person, form.current, Action::PASSWORD_CHANGE_FAILED).await?;
    passwords::check_new(ctx, &form.password, &[&person.name, &person.email])
        .await
        .map_err(Error::Invalid)?;
    let hash = ctx.passwords.hash(form.password).await?;
    let mut tx = ctx.begin();
    let changed = sql::change_password(&mut tx, (person.id, person.epoch), hash, ctx.clock.now());
    let epoch = changed.await?.ok_or(Denied::Anonymous)?;
    account_sources::choose_oneself(&mut tx, person.id).await?;
    // An open invitation would be another way in.
    one_time_links::sql::drop_links(&mut tx, Purpose::Invite, person.id).await?;
    let entry = Entry::new(Action::PASSWORD_CHANGED).on(person.id, &known.name);
    events::record(ctx, &mut tx, entry).await?;
    tx.commit().await?;
    Ok(Credentials { user: person.id, name: known.name, epoch, rehash: None })
}

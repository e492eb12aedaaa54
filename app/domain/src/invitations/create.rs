//! Creates an invitation to choose a password.

use frontdesk_model::{Permission, Secret, audit::Action, forms::OneUser, user::Status};
use users::State;

use crate::{
    Domain,
    actor::Actor,
    audit::Entry,
    one_time_links,
    users::{Error, UserChange, sql as users},
};

/// Creates a link to choose a password, which replaces the one before, and returns its token.
///
/// # Errors
/// [`Error::Denied`] without `users:update` or the rank; [`Error::WrongState`] unless the user is active.
#[tracing::instrument(name = "invitations.invite", skip_all)]
pub async fn create(domain: &Domain, actor: &Actor, form: OneUser) -> Result<Secret, Error> {
    let mut change = UserChange::begin(domain, actor, Permission::UsersUpdate, form.id).await?;
    change.status_must_be(Status::Active, "Only an active user can choose a password.")?;
    let link = one_time_links::insert_invite(domain, &mut change.tx, form.id).await?;
    change.commit(State::Same, Entry::new(Action::InviteCreated)).await?;
    Ok(link)
}

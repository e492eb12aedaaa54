//! Assigns a role.

use frontdesk_model::{audit::Action, forms::ChangeRole, user::User};

use super::begin;
use crate::{
    Domain,
    actor::Actor,
    audit::Entry,
    users::{
        Error,
        sql::{self, State},
    },
};

/// Assigns a role. It must not hold permissions that the actor lacks.
///
/// # Errors
/// [`Error::Denied`] without `roles:assign`, the rank, or any permission of the role;
/// [`Error::WrongState`] if the user has it, or is removed.
#[tracing::instrument(name = "roles.grant", skip_all)]
pub async fn grant(domain: &Domain, actor: &Actor, form: ChangeRole) -> Result<User, Error> {
    let mut change = begin(domain, actor, form.id, form.role).await?;
    let by = actor.user().map(|id| id.0);
    if !sql::insert_role(&mut change.tx, form.id, form.role, domain.clock.now(), by).await? {
        return Err(Error::WrongState("This user has that role already."));
    }
    let entry = Entry::new(Action::RoleGranted).changed("role", None, Some(form.role.as_str()));
    change.commit(State::Same, entry).await
}

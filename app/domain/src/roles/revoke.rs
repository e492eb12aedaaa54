//! Removes a role.

use frontdesk_model::{Role, audit::Action, forms::ChangeRole, user::User};

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

/// Removes a role from a user.
///
/// # Errors
/// As [`super::grant()`], and [`Error::LastOwner`].
#[tracing::instrument(name = "roles.revoke", skip_all)]
pub async fn revoke(domain: &Domain, actor: &Actor, form: ChangeRole) -> Result<User, Error> {
    let mut change = begin(domain, actor, form.id, form.role).await?;
    if form.role == Role::Owner {
        change.another_owner_stays().await?;
    }
    if !sql::delete_role(&mut change.tx, form.id, form.role).await? {
        return Err(Error::WrongState("This user does not have that role."));
    }
    let entry = Entry::new(Action::RoleRevoked).changed("role", Some(form.role.as_str()), None);
    change.commit(State::Same, entry).await
}

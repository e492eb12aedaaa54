//! Giving and taking roles.

use frontdesk_model::{
    Permission, Role,
    audit::Action,
    forms::ChangeRole,
    user::{Status, User},
};

use super::{
    Change, Error,
    store::{self, State},
};
use crate::{
    Domain,
    actor::{Actor, Denied},
    audit::Entry,
};

/// Gives a role. Nobody gives what they do not hold.
///
/// # Errors
/// [`Error::Denied`] without `roles:assign`, the rank, or any permission of the role;
/// [`Error::WrongState`] if they have it, or are removed.
#[tracing::instrument(name = "accounts.grant", skip_all)]
pub async fn grant(domain: &Domain, actor: &Actor, form: ChangeRole) -> Result<User, Error> {
    let mut change = begin(domain, actor, form.id, form.role).await?;
    let by = actor.user().map(|id| id.0);
    if !store::insert_role(&mut change.tx, form.id, form.role, domain.clock.now(), by).await? {
        return Err(Error::WrongState("This user has that role already."));
    }
    let entry = Entry::new(Action::RoleGranted).changed("role", None, Some(form.role.as_str()));
    change.commit(State::Same, entry).await
}

/// Takes a role away.
///
/// # Errors
/// As [`grant`], and [`Error::LastOwner`].
#[tracing::instrument(name = "accounts.revoke", skip_all)]
pub async fn revoke(domain: &Domain, actor: &Actor, form: ChangeRole) -> Result<User, Error> {
    let mut change = begin(domain, actor, form.id, form.role).await?;
    if form.role == Role::Owner {
        change.another_owner_stays().await?;
    }
    if !store::delete_role(&mut change.tx, form.id, form.role).await? {
        return Err(Error::WrongState("This user does not have that role."));
    }
    let entry = Entry::new(Action::RoleRevoked).changed("role", Some(form.role.as_str()), None);
    change.commit(State::Same, entry).await
}

async fn begin<'a>(
    domain: &'a Domain,
    actor: &'a Actor,
    id: frontdesk_model::UserId,
    role: Role,
) -> Result<Change<'a>, Error> {
    let change = Change::begin(domain, actor, Permission::RolesAssign, id).await?;
    if !Role::ASSIGNABLE.contains(&role) {
        return Err(Error::WrongState("Everybody is a member; it is not a role to give or take."));
    }
    if !actor.permissions().covers(role.permissions()) {
        return Err(Denied::Outranked.into());
    }
    if change.user.status == Status::Removed {
        return Err(Error::WrongState("This user is removed. Restore them first."));
    }
    Ok(change)
}

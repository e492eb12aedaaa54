//! Roles: assigning and removing them.

pub mod grant;
pub mod revoke;

pub use grant::grant;
pub use revoke::revoke;

use frontdesk_model::{Permission, Role, audit::Action, user::Status};

use crate::{
    Domain, Feature,
    actor::{Actor, Denied},
    users::{Error, UserChange},
};

/// This feature and its lists.
pub const FEATURE: Feature = Feature {
    permissions: &[Permission::RolesAssign, Permission::OwnersManage],
    actions: &[Action::RoleGranted, Action::RoleRevoked],
    ..Feature::new("roles")
};

async fn begin<'a>(
    domain: &'a Domain,
    actor: &'a Actor,
    id: frontdesk_model::UserId,
    role: Role,
) -> Result<UserChange<'a>, Error> {
    let change = UserChange::begin(domain, actor, Permission::RolesAssign, id).await?;
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

//! Roles: assigning and removing them.

pub mod grant;
pub mod revoke;

pub use grant::{grant, grant_in};
pub use revoke::{revoke, revoke_in};

use frontdesk_model::{Permission, Role, UserId, users::Status};

use crate::{
    Context, Feature,
    actor::Denied,
    db::Tx,
    users::{Error, UserChange},
};

/// This feature and its lists.
pub const FEATURE: Feature = Feature::new("roles");

/// Loads the user whose role is to change.
async fn load<'a>(ctx: &'a Context, tx: &'a mut Tx, id: UserId, role: Role) -> Result<UserChange<'a>, Error> {
    let change = UserChange::load(ctx, tx, Permission::ROLES_ASSIGN, id).await?;
    if !Role::ASSIGNABLE.contains(&role) {
        return Err(Error::WrongState("Everybody is a member; it is not a role to give or take."));
    }
    if !ctx.actor.permissions().covers(role.permissions()) {
        return Err(Denied::Outranked.into());
    }
    if change.user.status == Status::Removed {
        return Err(Error::WrongState("This user is removed. Restore them first."));
    }
    Ok(change)
}

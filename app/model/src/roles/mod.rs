//! Built-in roles, and their assignment.

mod forms;
mod role;

pub use forms::ChangeRole;
pub use role::{Role, Roles};

use crate::{audit::actions, permission::permissions};

permissions! {
    ROLES_ASSIGN = "roles:assign", "Give and take roles", [Admin];
    OWNERS_MANAGE = "owners:manage", "Act on owners, and make somebody one", [];
}

actions! {
    ROLE_GRANTED = "role.granted", "gave a role", User;
    ROLE_REVOKED = "role.revoked", "took a role", User;
}

//! Users.

pub mod email;
mod forms;
pub mod name;
mod query;
mod user;

pub use email::Email;
pub use forms::{CreateUser, OneUser, SuspendUser, UpdateUser};
pub use name::PersonName;
pub use query::{UserField, UserSort, UsersQuery};
pub use user::{Customer, Status, User, UserSummary};

use crate::{audit::actions, permission::permissions};

permissions! {
    USERS_READ = "users:read", "See users", [Admin, Support, Auditor];
    USERS_CREATE = "users:create", "Create users", [Admin];
    USERS_UPDATE = "users:update", "Change users’ names and e-mail addresses, and invite them", [Admin, Support];
    USERS_SUSPEND = "users:suspend", "Suspend and reinstate users", [Admin, Support];
    USERS_REMOVE = "users:remove", "Remove and restore users", [Admin];
}

actions! {
    USER_SIGNED_UP = "user.signed_up", "signed up", User;
    USER_CREATED = "user.created", "created a user", User;
    USER_UPDATED = "user.updated", "changed a user", User;
    USER_SUSPENDED = "user.suspended", "suspended a user", User;
    USER_REINSTATED = "user.reinstated", "reinstated a user", User;
    USER_REMOVED = "user.removed", "removed a user", User;
    USER_RESTORED = "user.restored", "restored a user", User;
}

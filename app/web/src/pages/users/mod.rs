//! Management of users.

pub mod access;
pub mod list;
pub mod new;
pub mod user;

use frontdesk_model::{Permission, UserId, urls};

use crate::{
    feature::{Feature, NavigationEntry},
    flash::Flash,
    form::FormResult,
};

pub const USER_CREATED: Flash = Flash::new("user-created", "User created.");
pub const USER_UPDATED: Flash = Flash::new("user-updated", "Changes saved.");
pub const USER_SUSPENDED: Flash = Flash::new("user-suspended", "User suspended, and signed out everywhere.");
pub const USER_REINSTATED: Flash = Flash::new("user-reinstated", "User reinstated.");
pub const USER_REMOVED: Flash =
    Flash::new("user-removed", "User removed, and signed out everywhere. You can restore them.");
pub const USER_RESTORED: Flash =
    Flash::new("user-restored", "User restored, with everything that was theirs.");

/// The contribution of this feature to the site.
pub const FEATURE: Feature = Feature {
    name: "users",
    pages: &[urls::USERS.path(), urls::NEW_USER.path(), urls::USER.template()],
    forms: &[
        new::CREATE_USER,
        user::UPDATE_USER,
        access::SUSPEND_USER,
        access::REINSTATE_USER,
        access::REMOVE_USER,
        access::RESTORE_USER,
    ],
    navigation: &[NavigationEntry {
        url: urls::USERS,
        label: "Users",
        permission: Some(Permission::USERS_READ),
    }],
    flashes: &[USER_CREATED, USER_UPDATED, USER_SUSPENDED, USER_REINSTATED, USER_REMOVED, USER_RESTORED],
};

/// Back to the page of a user.
fn back_to(id: UserId) -> FormResult {
    FormResult::to(urls::USER.of(id))
}

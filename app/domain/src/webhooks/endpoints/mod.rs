//! Webhook endpoints: creating, changing and removing them.

pub mod create;
pub mod get;
pub mod list;
pub mod remove;
pub mod rotate_secret;
pub(super) mod sql;
pub mod update;

use frontdesk_model::{Secret, Webhook};

pub use create::{create, create_in};
pub use get::get;
pub use list::{count_failing, list};
pub use remove::{remove, remove_in};
pub use rotate_secret::{rotate_secret, rotate_secret_in};
pub use update::{Updated, update, update_in};

/// A new webhook and its secret, which is not shown again.
#[derive(Clone, Debug)]
pub struct Created {
    pub webhook: Webhook,
    pub secret: Secret,
}

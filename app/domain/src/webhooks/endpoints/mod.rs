//! Webhook endpoints: creating, changing and removing them.

pub mod create;
pub mod get;
pub mod list;
pub mod remove;
pub mod rotate_secret;
pub(super) mod sql;
pub mod update;

use frontdesk_model::{Secret, Webhook};

pub use create::create;
pub use get::get;
pub use list::list;
pub use remove::remove;
pub use rotate_secret::rotate_secret;
pub use update::{Updated, update};

/// A new webhook and its secret, which is not shown again.
#[derive(Clone, Debug)]
pub struct Created {
    pub webhook: Webhook,
    pub secret: Secret,
}

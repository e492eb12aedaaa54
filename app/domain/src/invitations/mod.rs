//! Invitations: setting up the first owner, and inviting users to choose a password.

pub mod accept;
pub mod create;
pub mod open;
pub mod pending;
pub mod set_up;
pub mod setup_link;

use crate::Feature;

pub use accept::{accept, accept_in};
pub use create::{create, create_in};
pub use open::{OpenLink, open};
pub use pending::{HasOwner, is_setup_pending};
pub use set_up::{set_up, set_up_in};
pub use setup_link::{FirstLink, first_link, setup_link};

/// This feature and its lists.
pub const FEATURE: Feature = Feature::new("invitations");

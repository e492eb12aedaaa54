//! Credentials: the proof of identity that starts a session, and changing one's own password.

mod attempt;
pub mod change_password;
pub mod check_password;
mod confirm;

use frontdesk_model::UserId;
use serde::{Deserialize, Serialize};

use crate::Feature;

pub use change_password::change_password;
pub use check_password::check_password;
pub(crate) use confirm::confirm;

/// This feature and its lists.
pub const FEATURE: Feature = Feature::new("credentials");

/// Proof of a user's identity, required to start a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    pub user: UserId,
    pub name: String,
    /// The session epoch at the time of the proof. An event that ends all sessions, such as a new
    /// password, also invalidates the proof.
    pub epoch: i64,
    /// The password hashed with the current parameters, if the stored hash has others.
    pub rehash: Option<String>,
}

//! Credentials: the proof of identity that begins a session, and changing one's own password.

mod attempt;
pub mod change_password;
pub mod check_password;

use frontdesk_model::UserId;
use serde::{Deserialize, Serialize};

pub use change_password::change_password;
pub use check_password::check_password;

/// Proof that somebody is who they say; `sessions::begin` takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    pub user: UserId,
    pub name: String,
    /// Which sessions were not over when it was proved. What ends sessions meanwhile, such as a new
    /// password, also ends this.
    pub epoch: i64,
    /// The password's hash with today's parameters, if the stored one has others.
    pub rehash: Option<String>,
}

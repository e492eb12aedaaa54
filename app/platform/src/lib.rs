//! Services that all features use: the database, jobs, the audit trail, idempotent requests, password
//! hashing and the clock. The crate knows no feature, no HTTP and no HTML, and is the only one that uses
//! `sqlx` and the password hash.

pub mod actor;
pub mod advisory_lock;
pub mod audit;
pub mod clock;
mod context;
pub mod db;
pub mod idempotency;
pub mod jobs;
pub mod list;
pub mod passwords;
pub mod problem;
pub mod rate_limit;
pub mod readiness;

use std::sync::Arc;

use clock::Clock;
use db::{Db, Sql};
use passwords::{BreachedPasswords, Passwords};
use rate_limit::SignInAttempts;

pub use context::{Context, OtherVersion};

/// The parts that every feature uses. Cheap to clone.
#[derive(Clone)]
pub struct Platform {
    pub db: Db,
    pub clock: Clock,
    pub passwords: Passwords,
    /// The breached-password check, if the operator has configured one.
    pub breached_passwords: Option<Arc<dyn BreachedPasswords>>,
    pub sign_in_attempts: SignInAttempts,
}

impl AsRef<Self> for Platform {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// Every statement of the platform. A test prepares each on both databases.
pub fn all_statements() -> Vec<Sql> {
    [advisory_lock::ALL.to_vec(), idempotency::statements(), audit::statements(), jobs::statements()].concat()
}

//! Support for the tests of all packages: a database for each test, on both engines, and waiting for a condition.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod database;
mod wait;

pub use database::{Engine, Subject, run};
pub use wait::{LIMIT, eventually, in_time};

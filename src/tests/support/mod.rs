//! A Frontdesk of one's own for every test, and the people who come to its door.

mod answer;
mod client;
mod desk;
mod html;
pub mod log;
mod program;
pub mod promises;
mod shop;
pub mod stripe;

pub use answer::Answer;
pub use client::{BROWSER, Client, NOTHING, PROGRAM};
pub use desk::{Desk, PASSWORD, Written, address};
pub use frontdesk_testing::{Engine, run};
pub use html::Page;
pub use program::Program;

/// When all tests begin. Their clock stands still until they move it.
pub const NOW: &str = "2026-03-14T09:26:53Z";

/// A day, in seconds.
pub const DAY: i64 = 24 * 3_600;

//! A Frontdesk of one's own for every test, and the people who come to its door.

mod answer;
mod client;
mod desk;
mod engine;
mod html;
pub mod log;
mod program;
pub mod promises;

pub use answer::Answer;
pub use client::{BROWSER, Client, NOTHING, PROGRAM};
pub use desk::{Desk, PASSWORD, Written, address};
pub use engine::{Engine, run};
pub use html::Page;
pub use program::Program;

/// When all tests begin. Their clock stands still until they move it.
pub const NOW: &str = "2026-03-14T09:26:53Z";

/// A day, in seconds.
pub const DAY: i64 = 24 * 3_600;

/// Runs tests on both databases: `both! { a_rule, another_rule }`.
macro_rules! both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                $crate::support::run($crate::support::Engine::Sqlite, super::$test).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                $crate::support::run($crate::support::Engine::Postgres, super::$test).await;
            })*
        }
    };
}

//! Scenarios. Each has a server of its own, so that none inherits the memory of another.

mod list;
mod sign_in;
mod start;
mod visit;
mod writes;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use super::process::Watched;
use super::report::Figure;
use super::server::Program;

/// Environment of the scenarios.
pub struct Bench {
    pub program: Program,
    /// The owner's session.
    pub cookie: String,
    /// Number of users in the database.
    pub users: u64,
    /// Duration of a load.
    pub time: Duration,
    pub cores: usize,
    /// A folder on the database's disk.
    pub disk: PathBuf,
}

/// Runs a scenario and returns its figures.
type Scenario = fn(&Bench) -> Result<Vec<Figure>>;

/// By name, in the order in which they run.
pub const SCENARIOS: [(&str, Scenario); 7] = [
    ("start", start::start),
    ("visit", visit::visit),
    ("list", list::list),
    ("search", list::search),
    ("sign-in", sign_in::sign_in),
    ("flood", sign_in::flood),
    ("writes", writes::writes),
];

/// Runs some work, and returns the CPU time that a process used meanwhile.
fn cpu_of<T>(process: Watched, work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    let before = process.cpu()?;
    let done = work()?;
    Ok((done, process.cpu()?.saturating_sub(before)))
}

/// Duration of one of `count` items.
fn each(total: Duration, count: usize) -> Duration {
    total.checked_div(u32::try_from(count).unwrap_or(u32::MAX)).unwrap_or_default()
}

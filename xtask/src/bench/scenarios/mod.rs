//! What is measured. Each scenario has a server of its own, so that none finds the memory of another.

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

/// What scenarios work with.
pub struct Bench {
    pub program: Program,
    /// The owner's session.
    pub cookie: String,
    /// How many people are in the database.
    pub users: u64,
    /// How long a load is kept up.
    pub time: Duration,
    pub cores: usize,
    /// A folder on the disk that the database is on.
    pub disk: PathBuf,
}

/// Does its work, and tells what it has found.
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

/// Does some work, and tells what CPU time a process takes meanwhile.
fn cpu_of<T>(process: Watched, work: impl FnOnce() -> Result<T>) -> Result<(T, Duration)> {
    let before = process.cpu()?;
    let done = work()?;
    Ok((done, process.cpu()?.saturating_sub(before)))
}

/// A count of something that takes time, each: `total / count`.
fn each(total: Duration, count: usize) -> Duration {
    total.checked_div(u32::try_from(count).unwrap_or(u32::MAX)).unwrap_or_default()
}

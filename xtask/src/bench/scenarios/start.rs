//! Costs of a start: disk, time and memory.

use std::fs;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use super::Bench;
use crate::bench::load::Latencies;
use crate::bench::report::Figure;

/// Number of starts; the median counts.
const STARTS: usize = 9;
/// Time after which an idle server has settled.
const SETTLED: Duration = Duration::from_secs(1);

pub fn start(bench: &Bench) -> Result<Vec<Figure>> {
    let path = &bench.program.path;
    let size = fs::metadata(path).with_context(|| format!("cannot find {}", path.display()))?.len();
    let starts = (0..STARTS).map(|_| bench.program.serve().map(|server| server.ready_after));
    let starts: Latencies = starts.collect::<Result<Vec<_>>>()?.into_iter().collect();
    let server = bench.program.serve()?;
    #[expect(clippy::disallowed_methods, reason = "this thread serves nobody")]
    thread::sleep(SETTLED);
    Ok(vec![
        Figure::megabytes("release binary", size).at_most(40.0),
        Figure::time("from start to ready, median", starts.percentile(50)).at_most(150.0),
        Figure::time("from start to ready, longest", starts.percentile(100)),
        Figure::megabytes("resident memory, idle", server.process().resident()?).at_most(40.0),
    ])
}

//! Duration of a durable write on this disk. It differs thirty-fold between a quiet and a busy machine,
//! so every figure of durable writes is reported with this one.

use std::io::{Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::load::Latencies;

/// Size of each write, in bytes: two pages of a database.
const BLOCK: usize = 8 * 1024;

/// Writes a block and calls fdatasync repeatedly for `time`, to one position in a file of its own in
/// `folder`.
pub fn measure(folder: &Path, time: Duration) -> Result<Latencies> {
    let mut file =
        tempfile::tempfile_in(folder).with_context(|| format!("cannot write in {}", folder.display()))?;
    let mut times = Vec::new();
    let until = Instant::now() + time;
    while times.is_empty() || Instant::now() < until {
        let began = Instant::now();
        file.rewind()?;
        file.write_all(&[times.len() as u8; BLOCK])?;
        file.sync_data().context("cannot make a write durable")?;
        times.push(began.elapsed());
    }
    Ok(times.into_iter().collect())
}

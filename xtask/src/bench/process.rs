//! Resources of a process, from `/proc` on Linux.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::system::cpu;

/// A process to observe.
#[derive(Clone, Copy)]
pub struct Watched {
    id: u32,
}

impl Watched {
    pub fn new(id: u32) -> Self {
        Self { id }
    }

    /// This program itself.
    pub fn own() -> Self {
        Self::new(std::process::id())
    }

    /// CPU time so far, in user and kernel mode, of all threads.
    pub fn cpu(self) -> Result<Duration> {
        let stat = self.read("stat")?;
        cpu::parse(&stat, cpu::OWN, rustix::param::clock_ticks_per_second())
            .context("/proc/<pid>/stat has no CPU time")
    }

    /// Physical memory, in bytes.
    pub fn resident(self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// Maximum physical memory since [`Watched::forget_peak`], in bytes.
    pub fn peak(self) -> Result<u64> {
        self.status("VmHWM:")
    }

    pub fn forget_peak(self) -> Result<()> {
        let path = format!("/proc/{}/clear_refs", self.id);
        fs::write(&path, "5").with_context(|| format!("cannot write {path}"))
    }

    fn status(self, field: &str) -> Result<u64> {
        parse_kilobytes(&self.read("status")?, field)
            .with_context(|| format!("/proc/<pid>/status has no {field}"))
    }

    fn read(self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.id);
        fs::read_to_string(&path).with_context(|| format!("cannot read {path}, which only Linux has"))
    }
}

/// Load average of the last minute; none if the system does not report it.
pub fn load_average() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

fn parse_kilobytes(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_found_by_its_name() {
        let status = "VmPeak:\t  900 kB\nVmHWM:\t  300 kB\nVmRSS:\t  200 kB\n";
        assert_eq!(parse_kilobytes(status, "VmRSS:"), Some(200 * 1024));
        assert_eq!(parse_kilobytes(status, "VmSwap:"), None);
    }
}

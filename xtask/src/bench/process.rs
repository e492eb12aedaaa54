//! What a process takes of the machine, as Linux tells it in `/proc`.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// A process to watch.
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

    /// Time on a core so far, its own and the system's for it, of all threads.
    pub fn cpu(self) -> Result<Duration> {
        let stat = self.read("stat")?;
        parse_cpu(&stat, rustix::param::clock_ticks_per_second()).context("/proc/<pid>/stat is not as it was")
    }

    /// Physical memory, in bytes.
    pub fn resident(self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most physical memory that it had since [`Watched::forget_peak`], in bytes.
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

/// How many programs wanted a core in the last minute, on average. None where the system does not tell.
pub fn load_average() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

fn parse_cpu(stat: &str, ticks_per_second: u64) -> Option<Duration> {
    // The second field is the name in brackets, which may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11).map(str::parse::<u64>);
    let ticks = fields.next()?.ok()? + fields.next()?.ok()?;
    Some(Duration::from_secs_f64(ticks as f64 / ticks_per_second as f64))
}

fn parse_kilobytes(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_found_behind_any_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 150 50 9 9 20 0 1 0 5 0 0";
        assert_eq!(parse_cpu(stat, 100), Some(Duration::from_secs(2)));
        assert_eq!(parse_cpu("7 (a) S 1", 100), None);
    }

    #[test]
    fn memory_is_found_by_its_name() {
        let status = "VmPeak:\t  900 kB\nVmHWM:\t  300 kB\nVmRSS:\t  200 kB\n";
        assert_eq!(parse_kilobytes(status, "VmRSS:"), Some(200 * 1024));
        assert_eq!(parse_kilobytes(status, "VmSwap:"), None);
    }
}

//! CPU time, from `/proc`: where other programs compete for the cores, it says more than the time that passes.

use std::fs;
use std::time::Duration;

/// The fields of `/proc/<pid>/stat` with the CPU time of a process.
pub const OWN: usize = 11;
/// The fields of `/proc/<pid>/stat` with the CPU time of the child processes that it has waited for, and of
/// their children.
const CHILDREN: usize = 13;

/// The CPU time of all programs that this one has run so far; none where the system does not have `/proc`.
pub fn of_children() -> Option<Duration> {
    parse(&fs::read_to_string("/proc/self/stat").ok()?, CHILDREN, rustix::param::clock_ticks_per_second())
}

/// Adds the times in user and in kernel mode, which are two fields.
pub fn parse(stat: &str, field: usize, ticks_per_second: u64) -> Option<Duration> {
    // The second field is the name in brackets, which may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(field).map(str::parse::<u64>);
    let ticks = fields.next()?.ok()? + fields.next()?.ok()?;
    Some(Duration::from_secs_f64(ticks as f64 / ticks_per_second as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_found_after_any_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 150 50 9 9 20 0 1 0 5 0 0";
        assert_eq!(parse(stat, OWN, 100), Some(Duration::from_secs(2)));
        assert_eq!(parse(stat, CHILDREN, 100), Some(Duration::from_millis(180)));
        assert_eq!(parse("7 (a) S 1", OWN, 100), None);
    }
}

//! Announcing what is being done, step by step, and stopping at the first that fails.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// A known number of steps that are done one after the other.
pub struct Steps {
    total: usize,
    begun: usize,
    start: Instant,
}

impl Steps {
    pub fn new(total: usize) -> Self {
        Self { total, begun: 0, start: Instant::now() }
    }

    /// Does the next step under its name.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.begun += 1;
        println!("\n[{}/{}] {name}", self.begun, self.total);
        let start = Instant::now();
        let result =
            work().with_context(|| format!("step {} of {}, {name}, failed", self.begun, self.total))?;
        println!("      passed in {}", readable(start.elapsed()));
        Ok(result)
    }

    /// Says that every step has passed.
    pub fn finish(self) {
        println!("\n{} of {} steps passed in {}.", self.begun, self.total, readable(self.start.elapsed()));
    }
}

/// One line on what is being done within a step.
pub fn note(text: impl std::fmt::Display) {
    println!("      {text}");
}

fn readable(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_in_which_step_and_why() {
        let mut steps = Steps::new(2);
        steps.step("Fine", || Ok(())).unwrap();
        let error = steps.step("Broken", || -> Result<()> { anyhow::bail!("no disk") }).unwrap_err();
        assert_eq!(format!("{error:#}"), "step 2 of 2, Broken, failed: no disk");
    }

    #[test]
    fn times_are_readable() {
        assert_eq!(readable(Duration::from_millis(1240)), "1.2 s");
        assert_eq!(readable(Duration::from_secs(125)), "2 min 5 s");
    }
}

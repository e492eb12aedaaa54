//! Prints the progress of a task, step by step. The first failure ends the task.

use std::fmt::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::cpu;

/// A known number of steps, run in order.
pub struct Steps {
    total: usize,
    started: usize,
    start: Instant,
    passed: Vec<Passed>,
}

/// The cost of a step.
struct Passed {
    name: String,
    time: Duration,
    cpu: Option<Duration>,
}

impl Steps {
    pub fn new(total: usize) -> Self {
        Self { total, started: 0, start: Instant::now(), passed: Vec::new() }
    }

    /// Runs the next step and prints its name and duration.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.started += 1;
        println!("\n[{}/{}] {name}", self.started, self.total);
        let (start, before) = (Instant::now(), cpu::of_children());
        let result =
            work().with_context(|| format!("step {} of {}, {name}, failed", self.started, self.total))?;
        let cpu = cpu::of_children().zip(before).map(|(after, before)| after.saturating_sub(before));
        let passed = Passed { name: name.to_owned(), time: start.elapsed(), cpu };
        println!("      passed in {}", readable(passed.time));
        self.passed.push(passed);
        Ok(result)
    }

    /// Prints the cost of each step and the total duration.
    pub fn finish(self) {
        println!("\n{}", table(&self.passed));
        println!("{} of {} steps passed in {}.", self.started, self.total, readable(self.start.elapsed()));
    }
}

/// Prints a line within a step.
pub fn note(text: impl std::fmt::Display) {
    println!("      {text}");
}

fn table(steps: &[Passed]) -> String {
    let width = steps.iter().map(|step| step.name.len()).max().unwrap_or_default();
    let seconds = |cpu: Option<Duration>| cpu.map_or(0.0, |cpu| cpu.as_secs_f64());
    let total: f64 = steps.iter().map(|step| seconds(step.cpu)).sum();
    let mut table = format!("{:width$}  {:>12}  {:>7}  share\n", "step", "time", "CPU");
    for Passed { name, time, cpu } in steps {
        let cpu = seconds(*cpu);
        let share = if total > 0.0 { cpu / total * 100.0 } else { 0.0 };
        // Writing to a String cannot fail.
        let _ = writeln!(table, "{name:width$}  {:>12}  {cpu:>5.0} s  {share:>4.0} %", readable(*time));
    }
    table
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
    fn a_failure_names_the_step_and_the_cause() {
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

    #[test]
    fn the_table_has_the_share_of_each_step() {
        let step = |name: &str, seconds| Passed {
            name: name.to_owned(),
            time: Duration::from_secs(seconds),
            cpu: Some(Duration::from_secs(seconds * 2)),
        };
        assert_eq!(
            table(&[step("Lints", 15), step("Tests", 45)]),
            "step           time      CPU  share\n\
             Lints        15.0 s     30 s    25 %\n\
             Tests        45.0 s     90 s    75 %\n"
        );
    }
}

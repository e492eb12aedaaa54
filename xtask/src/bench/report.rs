//! Figures as a table for people, and as JSON to compare runs.

use std::fmt::{self, Write};
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;

/// A run and its results.
#[derive(Serialize)]
pub struct Report {
    pub database: &'static str,
    pub users: u64,
    /// Duration of each load, in seconds.
    pub seconds: u64,
    pub cores: usize,
    /// Load average before the run: other programs that compete for the cores.
    pub load_average: Option<f64>,
    pub figures: Vec<Figure>,
    pub missing: Vec<Missing>,
}

/// A measurement that failed.
#[derive(Serialize)]
pub struct Missing {
    pub scenario: &'static str,
    pub why: String,
}

/// A figure.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    pub scenario: &'static str,
    pub what: String,
    pub value: f64,
    pub unit: Unit,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub met: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Unit {
    #[serde(rename = "ms")]
    Milliseconds,
    #[serde(rename = "1/s")]
    PerSecond,
    /// 1,000 bytes, as networks and disks have them.
    #[serde(rename = "kB")]
    Kilobytes,
    /// 1,000,000 bytes.
    #[serde(rename = "MB")]
    Megabytes,
    #[serde(rename = "×")]
    Ratio,
    #[serde(rename = "%")]
    Percent,
    #[serde(rename = "")]
    Count,
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Milliseconds => "ms",
            Self::PerSecond => "/s",
            Self::Kilobytes => "kB",
            Self::Megabytes => "MB",
            Self::Ratio => "×",
            Self::Percent => "%",
            Self::Count => "",
        })
    }
}

/// Target of a figure, in its own unit.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    pub fn new(what: impl Into<String>, value: f64, unit: Unit) -> Self {
        Self { scenario: "", what: what.into(), value, unit, target: None, met: None }
    }

    pub fn time(what: impl Into<String>, time: Duration) -> Self {
        Self::new(what, time.as_secs_f64() * 1e3, Unit::Milliseconds)
    }

    pub fn rate(what: impl Into<String>, per_second: f64) -> Self {
        Self::new(what, per_second, Unit::PerSecond)
    }

    pub fn kilobytes(what: impl Into<String>, bytes: usize) -> Self {
        Self::new(what, bytes as f64 / 1e3, Unit::Kilobytes)
    }

    pub fn megabytes(what: impl Into<String>, bytes: u64) -> Self {
        Self::new(what, bytes as f64 / 1e6, Unit::Megabytes)
    }

    pub fn count(what: impl Into<String>, count: usize) -> Self {
        Self::new(what, count as f64, Unit::Count)
    }

    pub fn percent(what: impl Into<String>, share: f64) -> Self {
        Self::new(what, share * 100.0, Unit::Percent)
    }

    /// The ratio of `one` to `other`.
    pub fn ratio(what: impl Into<String>, one: f64, other: f64) -> Self {
        Self::new(what, one / other, Unit::Ratio)
    }

    #[must_use]
    pub fn at_most(self, target: f64) -> Self {
        Self { target: Some(Target::AtMost(target)), met: Some(self.value <= target), ..self }
    }

    #[must_use]
    pub fn at_least(self, target: f64) -> Self {
        Self { target: Some(Target::AtLeast(target)), met: Some(self.value >= target), ..self }
    }
}

impl Report {
    /// Adds the results of a scenario.
    pub fn add(&mut self, scenario: &'static str, found: Result<Vec<Figure>>) {
        match found {
            Ok(figures) => {
                self.figures.extend(figures.into_iter().map(|figure| Figure { scenario, ..figure }));
            }
            Err(error) => self.missing.push(Missing { scenario, why: format!("{error:#}") }),
        }
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self)?;
        fs::write(path, json + "\n").with_context(|| format!("cannot write {}", path.display()))
    }

    /// Formats the figures in aligned columns.
    pub fn table(&self) -> String {
        let lines: Vec<[String; 4]> = self.figures.iter().map(Figure::columns).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths = [width(0), width(1), width(2)];
        let mut table = format!("{}, {} users, {} cores", self.database, self.users, self.cores);
        if let Some(load) = self.load_average.filter(|load| *load >= 0.5) {
            // Writing to a String cannot fail.
            let _ = write!(table, "; {load} other programs wanted a core before: times are longer for that");
        }
        table.push('\n');
        let mut scenario = "";
        for (figure, [what, value, target, met]) in self.figures.iter().zip(&lines) {
            if figure.scenario != scenario {
                scenario = figure.scenario;
                let _ = writeln!(table, "\n{scenario}");
            }
            let [one, two, three] = widths;
            let line = format!("  {what:one$}  {value:>two$}  {target:>three$}  {met}");
            let _ = writeln!(table, "{}", line.trim_end());
        }
        for Missing { scenario, why } in &self.missing {
            let _ = writeln!(table, "\n{scenario} could not be measured: {why}");
        }
        table
    }
}

impl Figure {
    fn columns(&self) -> [String; 4] {
        let Self { what, value, unit, .. } = self;
        let target = match self.target {
            None => String::new(),
            Some(Target::AtMost(target)) => format!("≤ {target} {unit}"),
            Some(Target::AtLeast(target)) => format!("≥ {target} {unit}"),
        };
        let met = match self.met {
            None => "",
            Some(true) => "met",
            Some(false) => "NOT MET",
        };
        [what.clone(), format!("{} {unit:2}", readable(*value)), target, met.to_owned()]
    }
}

/// Formats three significant digits.
fn readable(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        ..1.0 => format!("{value:.3}"),
        ..10.0 => format!("{value:.2}"),
        ..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(found: Result<Vec<Figure>>) -> Report {
        let mut report = Report {
            database: "sqlite",
            users: 7,
            seconds: 1,
            cores: 2,
            load_average: Some(0.1),
            figures: vec![],
            missing: vec![],
        };
        report.add("list", found);
        report
    }

    #[test]
    fn a_figure_stands_beside_its_target() {
        let time = |milliseconds| Figure::time("p99", Duration::from_millis(milliseconds)).at_most(10.0);
        let table = report(Ok(vec![time(9), time(11), Figure::rate("requests", 1234.5)])).table();
        assert_eq!(
            table,
            "sqlite, 7 users, 2 cores\n\nlist\n  \
             p99       9.00 ms  ≤ 10 ms  met\n  \
             p99       11.0 ms  ≤ 10 ms  NOT MET\n  \
             requests  1234 /s\n"
        );
    }

    #[test]
    fn what_is_missing_is_told() {
        let report = report(Err(anyhow::anyhow!("no disk").context("cannot write")));
        assert!(report.table().ends_with("list could not be measured: cannot write: no disk\n"));
    }

    #[test]
    fn json_has_units_and_targets() {
        let report = report(Ok(vec![Figure::rate("sign-ins", 2.0).at_least(220.0)]));
        let json = serde_json::to_value(&report.figures).unwrap();
        let expected = serde_json::json!([{
            "scenario": "list", "what": "sign-ins", "value": 2.0, "unit": "1/s", "at_least": 220.0, "met": false
        }]);
        assert_eq!(json, expected);
    }
}

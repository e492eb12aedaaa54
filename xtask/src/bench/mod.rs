//! The task `bench`: measures the server, and compares each figure with its target.
//!
//! It measures the release binary on this machine, which client and server share. So figures with targets
//! are, where possible, CPU time of the server's process or a ratio of two figures of one run, and
//! figures that depend on the disk are reported with its latency.

mod desk;
mod fsync;
mod http;
mod load;
mod process;
mod report;
mod scenarios;
mod server;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::build::{self, Profile};
use crate::postgres::{Durability, Server};
use crate::site;
use crate::system::steps::{Steps, note};
use crate::system::workspace::Workspace;
use report::Report;
use scenarios::{Bench, SCENARIOS};
use server::Program;

/// Options.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// Number of users in the database.
    users: u64,
    /// Uses PostgreSQL instead of SQLite.
    postgres: bool,
    /// Duration of each load.
    time: Duration,
    /// Scenarios to run.
    only: Vec<&'static str>,
    /// An existing server to measure in place of this checkout's.
    program: Option<PathBuf>,
}

impl Options {
    pub fn parse(arguments: &[&str]) -> Result<Self> {
        let time = Duration::from_secs(5);
        let mut options = Self { users: 100_000, postgres: false, time, only: vec![], program: None };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("`{argument}` needs a value"));
            match *argument {
                "--postgres" => options.postgres = true,
                "--users" => options.users = number(argument, value()?, 1_000..=100_000_000)?,
                "--seconds" => options.time = Duration::from_secs(number(argument, value()?, 1..=600)?),
                "--only" => options.only.push(scenario(value()?)?),
                "--program" => options.program = Some(PathBuf::from(*value()?)),
                _ => bail!("`bench` does not take `{argument}`; see `cargo xtask help`"),
            }
        }
        if options.only.is_empty() {
            options.only = SCENARIOS.iter().map(|(name, _)| *name).collect();
        }
        Ok(options)
    }

    fn database(&self) -> &'static str {
        if self.postgres { "postgres" } else { "sqlite" }
    }
}

fn number(argument: &str, value: &str, within: std::ops::RangeInclusive<u64>) -> Result<u64> {
    let number = value.replace('_', "").parse().ok().filter(|number| within.contains(number));
    number.with_context(|| format!("`{argument}` takes a number from {} to {}", within.start(), within.end()))
}

fn scenario(name: &str) -> Result<&'static str> {
    let names = SCENARIOS.map(|(name, _)| name);
    let found = names.into_iter().find(|known| *known == name);
    found.with_context(|| format!("there is no scenario `{name}`; there are {}", names.join(", ")))
}

pub fn bench(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut steps = Steps::new(3 + options.only.len());
    let path = steps.step("Browser bundle and server", || match &options.program {
        Some(path) => {
            note(format_args!("{}, as it is", path.display()));
            Ok(path.clone())
        }
        None => {
            site::build(workspace)?;
            build::server(workspace, Profile::Release)
        }
    })?;
    let folder = workspace.target.join("bench");
    let data = folder.join(format!("{}-{}", options.database(), options.users));
    fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;

    let postgres = steps.step("Database", || {
        if !options.postgres {
            note(format_args!("SQLite in {}", data.display()));
            return Ok(None);
        }
        Server::start(workspace, Durability::Full).map(Some)
    })?;
    let program = Program {
        path,
        log: folder.join(format!("{}.log", options.database())),
        postgres: postgres.as_ref().map(|server| server.url().to_owned()),
        data,
    };
    let cookie = steps.step("People", || {
        seed(&program, options.users)?;
        desk::owner(&program, program.serve()?.address)
    })?;

    let cores = std::thread::available_parallelism()?.get();
    let disk = postgres.as_ref().map_or(program.data.as_path(), Server::folder).to_owned();
    let mut report = Report {
        database: options.database(),
        users: options.users,
        seconds: options.time.as_secs(),
        cores,
        load_average: process::load_average(),
        figures: Vec::new(),
        missing: Vec::new(),
    };
    let bench = Bench { program, cookie, users: options.users, time: options.time, cores, disk };
    for (name, measure) in SCENARIOS.into_iter().filter(|(name, _)| options.only.contains(name)) {
        // A failed scenario does not prevent the others.
        let found = steps.step(name, || Ok(measure(&bench)))?;
        ensure!(!crate::system::process::interrupted(), "interrupted");
        report.add(name, found);
    }

    let json: PathBuf = folder.join(format!("{}.json", options.database()));
    report.write(&json)?;
    println!("\n{}\nThe same as JSON: {}", report.table(), json.display());
    ensure!(report.missing.is_empty(), "not everything could be measured");
    Ok(())
}

/// Fills the database, unless an earlier run has.
fn seed(program: &Program, users: u64) -> Result<()> {
    // It exists once seeding has finished, and only if the data is kept.
    let done = program.data.join("seeded");
    if program.postgres.is_none() && done.is_file() {
        note("there from an earlier run");
        return Ok(());
    }
    let mut seed = program.command();
    seed.args(["seed", "--users", &users.to_string()]).env("FRONTDESK_SEED_PASSWORD", desk::PASSWORD);
    crate::system::process::run(&mut seed)?;
    if program.postgres.is_none() {
        fs::write(&done, "").with_context(|| format!("cannot write {}", done.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let all = Options::parse(&[]).unwrap();
        assert_eq!((all.users, all.postgres, all.only.len()), (100_000, false, SCENARIOS.len()));
        let some =
            Options::parse(&["--only", "list", "--postgres", "--users", "1_000_000", "--seconds", "2"]);
        let time = Duration::from_secs(2);
        let expected = Options { users: 1_000_000, postgres: true, time, only: vec!["list"], program: None };
        assert_eq!(some.unwrap(), expected);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for wrong in [&["--fast"][..], &["--users"], &["--users", "0"], &["--seconds", "x"], &["--only", "x"]]
        {
            assert!(Options::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}

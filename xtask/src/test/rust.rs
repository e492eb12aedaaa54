//! Runs the Rust tests.

use std::process::Command;

use anyhow::{Result, ensure};

use super::Selection;
use crate::build;
use crate::postgres;
use crate::system::steps::note;
use crate::system::workspace::Workspace;
use crate::system::{process, scratch};

/// A part of the name of every test on PostgreSQL.
const ON_POSTGRES: &str = "postgres";

/// The warning after a run that leaves out a half of the tests.
pub const WITHOUT_POSTGRES: &str = "\
WARNING: the tests on PostgreSQL were left out because of --sqlite. A change is done when it passes on both.";

/// Compiles the tests and fails if no test matches the filters.
pub fn compile(workspace: &Workspace, selection: &Selection<'_>) -> Result<()> {
    process::run(workspace.cargo().arg("test").args(packages(selection)).arg("--no-run"))?;
    if selection.filters.is_empty() && !selection.sqlite {
        return Ok(());
    }
    let names = list(workspace, selection)?;
    ensure!(
        !names.is_empty(),
        "no Rust test has `{}` in its name: `--browser` selects end-to-end tests, and those of xtask run with \
         `cargo test -p xtask`",
        selection.filters.join("` or `")
    );
    let left_out = names.iter().filter(|name| name.contains(ON_POSTGRES)).count();
    if selection.sqlite {
        note(format_args!("leaving out {left_out} of {} tests: they need PostgreSQL", names.len()));
        ensure!(left_out < names.len(), "all selected tests need PostgreSQL: run without `--sqlite`");
    }
    Ok(())
}

/// Runs the tests, and those of this program if nothing narrows the selection.
pub fn run(workspace: &Workspace, postgres: Option<&str>, selection: &Selection<'_>) -> Result<()> {
    let mut cargo = command(workspace, selection);
    if let Some(url) = postgres {
        cargo.env(postgres::VARIABLE, url);
    }
    if selection.sqlite {
        cargo.args(["--skip", ON_POSTGRES]);
    }
    process::run(&mut cargo)?;
    if selection.filters.is_empty() {
        process::run(workspace.cargo().args(["test", "--package=xtask"]))?;
    }
    Ok(())
}

/// The names of the selected tests.
fn list(workspace: &Workspace, selection: &Selection<'_>) -> Result<Vec<String>> {
    let listed = process::capture(command(workspace, selection).arg("--list"))?;
    Ok(listed.lines().filter_map(|line| line.strip_suffix(": test")).map(ToOwned::to_owned).collect())
}

fn command(workspace: &Workspace, selection: &Selection<'_>) -> Command {
    let mut cargo = workspace.cargo();
    cargo.arg("test").args(packages(selection)).env(scratch::VARIABLE, scratch::folder());
    // A changed snapshot fails its test; no file is written that could be committed by mistake. Snapshots are
    // written on request only: `INSTA_UPDATE=always`.
    if std::env::var_os("INSTA_UPDATE").is_none() {
        cargo.env("INSTA_UPDATE", "no");
    }
    cargo.arg("--").args(&selection.filters);
    cargo
}

/// The packages to test. With filters, examples in doc comments are left out: they have no names.
fn packages(selection: &Selection<'_>) -> Vec<&'static str> {
    let mut packages = build::TESTED.to_vec();
    if !selection.filters.is_empty() {
        packages.extend(["--lib", "--bins", "--tests"]);
    }
    packages
}

//! The task `audit`: checks all dependencies with cargo-deny, as configured in `deny.toml`.
//!
//! It is not part of `check`, because building cargo-deny takes minutes and advisories are read from the
//! network.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::system::process;
use crate::system::steps::{Steps, note};
use crate::system::workspace::Workspace;

const VERSION: &str = "0.20.2";

#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    advisories: bool,
}

impl Options {
    pub fn parse(arguments: &[&str]) -> Result<Self> {
        match arguments {
            [] => Ok(Self { advisories: true }),
            ["--without-advisories"] => Ok(Self { advisories: false }),
            _ => bail!("`audit` does not take `{}`; see `cargo xtask help`", arguments.join(" ")),
        }
    }
}

pub fn audit(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut steps = Steps::new(2 + usize::from(options.advisories));
    let deny = steps.step("cargo-deny", || install(workspace))?;
    let check = |what: &[&str]| process::run(command(workspace, &deny).arg("check").args(what));
    steps.step("Licences, duplicate versions and sources", || check(&["licenses", "bans", "sources"]))?;
    if options.advisories {
        steps.step("Advisories", || {
            // Apart from the check, so that an unreachable database is not reported as a vulnerability.
            process::run(command(workspace, &deny).args(["fetch", "db"])).context(
                "the advisory database is unreachable, so advisories were NOT checked; \
                 `--without-advisories` checks the rest",
            )?;
            check(&["--disable-fetch", "advisories"])
        })?;
    }
    steps.finish();
    if !options.advisories {
        println!("\nWARNING: advisories were NOT checked because of --without-advisories.");
    }
    Ok(())
}

/// Finds cargo-deny in this version, or installs it into the target folder.
fn install(workspace: &Workspace) -> Result<PathBuf> {
    let installed = workspace.tools().join("bin/cargo-deny");
    for program in process::find(["cargo-deny"]).into_iter().chain([installed.clone()]) {
        if version(&program).as_deref() == Some(VERSION) {
            note(format_args!("using {}", program.display()));
            return Ok(program);
        }
    }
    note(format_args!("installing cargo-deny {VERSION}"));
    let mut cargo = workspace.cargo();
    cargo.args(["install", "cargo-deny", "--locked", "--version", VERSION, "--root"]).arg(workspace.tools());
    process::run(&mut cargo)?;
    Ok(installed)
}

/// The version that a cargo-deny reports, or none if it does not run.
fn version(program: &Path) -> Option<String> {
    let printed = process::capture(Command::new(program).arg("--version")).ok()?;
    printed.trim_end().strip_prefix("cargo-deny ").map(ToOwned::to_owned)
}

fn command(workspace: &Workspace, deny: &Path) -> Command {
    let mut command = Command::new(deny);
    command.args(["--workspace", "--all-features", "--locked"]).current_dir(&workspace.root);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advisories_are_left_out_only_on_request() {
        assert_eq!(Options::parse(&[]).unwrap(), Options { advisories: true });
        assert_eq!(Options::parse(&["--without-advisories"]).unwrap(), Options { advisories: false });
        assert!(Options::parse(&["--fast"]).is_err());
    }
}

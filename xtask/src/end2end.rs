//! Finds or installs what the tests need beside the server: Node.js packages and Chromium.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::site::hash;
use crate::system::process;
use crate::system::steps::note;
use crate::system::version;
use crate::system::workspace::Workspace;

/// The variable with the path of a Chromium; `end2end/playwright.config.js` reads it, too.
pub const VARIABLE: &str = "FRONTDESK_CHROMIUM";

/// The variable that runs the tests in all combinations; `end2end/playwright.config.js` reads it.
pub const FULL_MATRIX: &str = "FRONTDESK_FULL_MATRIX";

/// The oldest Node.js that every package of `end2end` runs on.
pub const NODE: (u32, u32) = (18, 19);

const CHROMIUMS: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Fails unless Node.js is installed, in this version or a newer one.
pub fn check_node(oldest: (u32, u32)) -> Result<()> {
    let (major, minor) = oldest;
    let needed = || format!("the tests need Node.js {major}.{minor} or newer, with npm");
    let printed = process::capture(Command::new("node").arg("--version")).with_context(needed)?;
    let found = version::parse(&printed).with_context(needed)?;
    ensure!(found >= oldest, "{}, but this is {}", needed(), printed.trim_end());
    Ok(())
}

/// Installs the packages of the `package-lock.json` in a folder.
pub fn install_packages(folder: &Path) -> Result<()> {
    let lockfile = folder.join("package-lock.json");
    let lockfile = fs::read(&lockfile).with_context(|| format!("cannot read {}", lockfile.display()))?;
    // npm empties the folder at the start of an installation, so this file marks a complete one.
    let mark = folder.join("node_modules/.installed");
    let installed = hash([&*lockfile]);
    if fs::read_to_string(&mark).is_ok_and(|mark| mark == installed) {
        return Ok(());
    }
    note(format_args!("installing the packages of {}", folder.display()));
    process::run(Command::new("npm").arg("ci").current_dir(folder))?;
    fs::write(&mark, installed).with_context(|| format!("cannot write {}", mark.display()))
}

/// Finds a Chromium, or installs one. None stands for the one that Playwright manages.
pub fn chromium(workspace: &Workspace) -> Result<Option<PathBuf>> {
    if let Some(path) = env::var_os(VARIABLE).map(PathBuf::from) {
        ensure!(path.is_file(), "{VARIABLE} names {}, which does not exist", path.display());
        return Ok(Some(path));
    }
    if let Some(path) = find_chromium() {
        return Ok(Some(path));
    }
    if rustix::process::geteuid().is_root() && process::find(["apt-get"]).is_some() {
        note("no Chromium found: installing it by apt-get");
        if let Err(error) = apt_install_chromium() {
            note(format_args!("this failed: {error:#}"));
        } else if let Some(path) = find_chromium() {
            return Ok(Some(path));
        }
    }
    note("no Chromium found: letting Playwright download one");
    let mut playwright = playwright(workspace);
    process::run(playwright.args(["install", "chromium"])).with_context(|| {
        format!("the end-to-end tests need Chromium: install it, or set {VARIABLE} to its path")
    })?;
    Ok(None)
}

/// The first Chromium that runs: Ubuntu's package, for one, is a stub that refers to another package.
fn find_chromium() -> Option<PathBuf> {
    CHROMIUMS.into_iter().filter_map(|name| process::find([name])).find(|path| runs(path))
}

fn runs(chromium: &Path) -> bool {
    process::capture(Command::new(chromium).arg("--version")).is_ok()
}

fn apt_install_chromium() -> Result<()> {
    // With a pseudo-terminal, apt-get would take over the terminal of this program.
    let apt = || {
        let mut command = Command::new("apt-get");
        command.args(["--quiet", "--option=Dpkg::Use-Pty=0"]).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    process::run(apt().arg("update"))?;
    process::run(apt().args(["install", "--yes", "--no-install-recommends", "chromium"]))
}

/// Playwright's command line, run in `end2end`.
pub fn playwright(workspace: &Workspace) -> Command {
    let folder = workspace.end2end();
    let mut command = Command::new(folder.join("node_modules/.bin/playwright"));
    command.current_dir(folder);
    command
}

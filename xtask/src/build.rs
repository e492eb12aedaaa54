//! The task `build`: the files for browsers, then the server that embeds them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::site;
use crate::system::process;
use crate::system::steps::note;
use crate::system::workspace::Workspace;

/// The compiler profile of the server. The files for browsers are optimized in either case.
#[derive(Clone, Copy)]
pub enum Profile {
    Dev,
    Release,
}

/// The packages under test: all except this program. Cargo compiles a dependency once for each set of
/// features that it is selected with, so the server of the dev profile is compiled with the selection of the
/// Rust tests. This program stays apart, because `cargo xtask` compiles it as a single package.
pub const TESTED: [&str; 2] = ["--workspace", "--exclude=xtask"];

pub fn build(workspace: &Workspace, profile: Profile) -> Result<()> {
    site::build(workspace)?;
    let program = server(workspace, profile)?;
    let size = fs::metadata(&program).with_context(|| format!("cannot find {}", program.display()))?.len();
    note(format_args!("{} ({:.1} MB)", relative(workspace, &program).display(), size as f64 / 1e6));
    Ok(())
}

/// Compiles the server, which embeds `target/site`, and returns its path.
pub fn server(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    note("compiling the server");
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--bin=frontdesk"]);
    match profile {
        Profile::Dev => cargo.args(TESTED),
        Profile::Release => cargo.args(["--package=frontdesk", "--release"]),
    };
    process::run(&mut cargo)?;
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    Ok(workspace.target.join(folder).join("frontdesk"))
}

/// A path relative to the root of the checkout.
fn relative<'a>(workspace: &Workspace, path: &'a Path) -> &'a Path {
    path.strip_prefix(&workspace.root).unwrap_or(path)
}

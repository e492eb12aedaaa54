//! The task `serve`: the server, built and run.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Error, Result};

use crate::build::{self, Profile};
use crate::steps::note;
use crate::workspace::Workspace;

/// Builds the server and becomes it, so that the terminal, signals and the exit code are the server's own.
/// Returns only when that fails.
pub fn serve(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    build::site(workspace)?;
    let program = build::server(workspace, Profile::Dev)?;
    note(format_args!("running frontdesk serve {}", arguments.join(" ")));
    let error = Command::new(&program).arg("serve").args(arguments).exec();
    Err(Error::new(error).context(format!("cannot start {}", program.display())))
}

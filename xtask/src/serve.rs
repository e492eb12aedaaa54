//! The task `serve`: builds and runs the server.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Error, Result};

use crate::build::{self, Profile};
use crate::site;
use crate::system::steps::note;
use crate::system::workspace::Workspace;

/// Builds the server and replaces this process with it, so that the terminal, signals and the exit code are the
/// server's. Returns only on failure.
pub fn serve(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    site::build(workspace)?;
    let program = build::server(workspace, Profile::Dev)?;
    note(format_args!("running frontdesk serve {}", arguments.join(" ")));
    let error = Command::new(&program).arg("serve").args(arguments).exec();
    Err(Error::new(error).context(format!("cannot start {}", program.display())))
}

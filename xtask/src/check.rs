//! The task `check`: what does not need to run to be found wrong.

use anyhow::Result;

use crate::bundle;
use crate::process::run;
use crate::steps::Steps;
use crate::workspace::Workspace;

pub fn check(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::new(4);
    steps.step("Formatting", || run(workspace.cargo().args(["fmt", "--all", "--check"])))?;
    steps.step("Lints of the server and the tools", || {
        run(workspace.cargo().args(["clippy", "--workspace", "--all-targets", "--", "-Dwarnings"]))
    })?;
    steps.step("Lints of the islands", || {
        bundle::ensure_target()?;
        run(workspace.cargo().arg("clippy").args(bundle::PACKAGE).args(["--", "-Dwarnings"]))
    })?;
    steps.step("Documentation", || {
        let options = ["doc", "--workspace", "--no-deps", "--document-private-items"];
        run(workspace.cargo().args(options).env("RUSTDOCFLAGS", "-Dwarnings"))
    })?;
    steps.finish();
    Ok(())
}

//! The task `check`: finds mistakes that need no running server.

mod dependencies;
mod repository;

use anyhow::Result;

use crate::build;
use crate::site::{self, islands};
use crate::system::process::run;
use crate::system::steps::Steps;
use crate::system::workspace::Workspace;
use crate::test::{self, Selection};
use crate::words;

/// The test that compares `docs/openapi.json` with the code. It needs no database.
const GENERATED: &str = "the_checked_in_document_is_the_present_one";

pub fn check(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::new(10);
    steps.step("Formatting", || run(workspace.cargo().args(["fmt", "--all", "--check"])))?;
    steps.step("Files of the repository", || repository::check(workspace))?;
    steps.step("Words", || words::check(workspace))?;
    steps.step("Declared dependencies", || dependencies::check(workspace))?;
    steps.step("Lints of the server", || clippy(workspace, &build::TESTED))?;
    steps.step("Lints of the tools", || clippy(workspace, &["--package=xtask"]))?;
    steps.step("Lints of the islands", || {
        islands::ensure_target()?;
        clippy(workspace, &islands::PACKAGE)
    })?;
    steps.step("Documentation", || {
        let options = ["doc", "--locked", "--no-deps", "--document-private-items"];
        run(workspace.cargo().args(options).args(build::TESTED).env("RUSTDOCFLAGS", "-Dwarnings"))
    })?;
    // The bundle comes first: the server embeds it, and would be compiled once more for the tests.
    steps.step("Browser bundle", || site::build(workspace))?;
    steps.step("Generated files", || {
        let selection =
            Selection { rust: true, sqlite: true, filters: vec![GENERATED], ..Selection::default() };
        test::rust(workspace, &selection)
    })?;
    steps.finish();
    Ok(())
}

fn clippy(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["clippy", "--locked"]).args(packages);
    // The islands are selected with `--lib`: their tests run on the server's target.
    if !packages.contains(&"--lib") {
        cargo.arg("--all-targets");
    }
    run(cargo.args(["--", "-Dwarnings"]))
}

//! The task `clients`: clients generated from the OpenAPI document, compiled and run against a server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::build::{self, Profile};
use crate::end2end;
use crate::site::{self, hash};
use crate::system::process;
use crate::system::scratch;
use crate::system::steps::{Steps, note};
use crate::system::version;
use crate::system::workspace::Workspace;

/// The oldest Node.js that the linters and generators run on.
const NODE: (u32, u32) = (20, 19);
/// The oldest Python that the generator for Python runs on.
const PYTHON: (u32, u32) = (3, 11);

/// Builds the server and runs the clients.
pub fn clients(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::new(4);
    let python = steps.step("Packages of the clients", || packages(workspace))?;
    steps.step("Browser bundle", || site::build(workspace))?;
    let program = steps.step("Server", || build::server(workspace, Profile::Dev))?;
    steps.step("Generated clients", || run(workspace, &program, &python))?;
    steps.finish();
    Ok(())
}

/// Installs the linters and generators. Returns the Python that has those for Python.
pub fn packages(workspace: &Workspace) -> Result<PathBuf> {
    end2end::check_node(NODE)?;
    end2end::install_packages(&workspace.clients())?;
    python(workspace)
}

/// Checks the document, and generates, compiles and runs the clients.
pub fn run(workspace: &Workspace, program: &Path, python: &Path) -> Result<()> {
    let mut node = Command::new("node");
    node.arg("run.js").current_dir(workspace.clients());
    node.env("FRONTDESK_BIN", program).env("FRONTDESK_PYTHON", python);
    process::run(node.env(scratch::VARIABLE, scratch::folder()))
}

/// Installs the packages of `requirements.txt` into an environment of their own, and returns its Python.
fn python(workspace: &Workspace) -> Result<PathBuf> {
    let requirements = workspace.clients().join("requirements.txt");
    let wanted =
        fs::read(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    let needed =
        || format!("the generated clients need Python {}.{} or newer, with venv", PYTHON.0, PYTHON.1);
    let system = process::find(["python3"]).with_context(needed)?;
    let printed = process::capture(Command::new(&system).arg("--version")).with_context(needed)?;
    let found = version::parse(printed.trim_end().trim_start_matches("Python ")).with_context(needed)?;
    ensure!(found >= PYTHON, "{}, but this is {}", needed(), printed.trim_end());
    // Another Python or other packages get a new environment.
    let folder = workspace.tools().join("python").join(hash([&*wanted, printed.as_bytes()]));
    let (python, mark) = (folder.join("bin/python"), folder.join(".installed"));
    if mark.is_file() {
        return Ok(python);
    }
    note("installing the Python packages of end2end/clients");
    process::run(Command::new(&system).args(["-m", "venv", "--clear"]).arg(&folder)).with_context(needed)?;
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--requirement",
    ]);
    process::run(pip.arg(&requirements))?;
    fs::write(&mark, "").with_context(|| format!("cannot write {}", mark.display()))?;
    Ok(python)
}

//! The task `build`: what browsers download, then the server with all of it inside.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bindgen;
use crate::bundle;
use crate::process;
use crate::site::{Manifest, Site, hash};
use crate::steps::note;
use crate::style;
use crate::workspace::Workspace;

/// How the server is compiled. What browsers download is optimized in either case.
#[derive(Clone, Copy)]
pub enum Profile {
    Dev,
    Release,
}

/// What the tests are of: everything but this program. Cargo compiles a dependency once for each set of
/// features that it is selected with, so the server of the dev profile is compiled with the selection of the
/// Rust tests. This program stays apart, being compiled as one package already by `cargo xtask`.
pub const TESTED: [&str; 2] = ["--workspace", "--exclude=xtask"];

pub fn build(workspace: &Workspace, profile: Profile) -> Result<()> {
    site(workspace)?;
    let program = server(workspace, profile)?;
    let size = fs::metadata(&program).with_context(|| format!("cannot find {}", program.display()))?.len();
    note(format_args!("{} ({:.1} MB)", relative(workspace, &program).display(), size as f64 / 1e6));
    Ok(())
}

/// Fills `target/site`.
pub fn site(workspace: &Workspace) -> Result<()> {
    let lockfile = fs::read_to_string(workspace.root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    bindgen::check_versions(&lockfile)?;
    let bundle = bindgen::bind(&bundle::compile(workspace)?)?;
    let style = style::bundle(&workspace.root.join("style/main.css"))?;

    let name = bundle.name();
    let [script, module, sheet] = [
        format!("pkg/{name}.js"),
        format!("pkg/{name}_bg.wasm"),
        format!("pkg/frontdesk.{}.css", hash([style.as_bytes()])),
    ];
    let mut site = Site::open(workspace.site());
    site.put(&script, bundle.script.as_bytes())?;
    site.put(&module, &bundle.module)?;
    site.put(&sheet, style.as_bytes())?;
    site.put_folder(&workspace.root.join("public"))?;
    for file in [&script, &module, &sheet] {
        note(format_args!("{file} ({:.1} kB to transfer)", site.transferred(file)? as f64 / 1e3));
    }
    site.finish(&Manifest { bundle: name, style: format!("/{sheet}") })
}

/// Compiles the server, which embeds `target/site`, and returns where it is.
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

/// A path as one would type it at the root.
fn relative<'a>(workspace: &Workspace, path: &'a Path) -> &'a Path {
    path.strip_prefix(&workspace.root).unwrap_or(path)
}

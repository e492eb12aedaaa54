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
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Dev,
    Release,
}

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
    let module = format!("pkg/{name}_bg.wasm");
    let manifest =
        Manifest { bundle: name.clone(), style: format!("/pkg/frontdesk.{}.css", hash([style.as_bytes()])) };
    let mut site = Site::open(workspace.site());
    site.put(&format!("pkg/{name}.js"), bundle.script.as_bytes())?;
    site.put(&module, &bundle.module)?;
    site.put(manifest.style.trim_start_matches('/'), style.as_bytes())?;
    site.put_folder(&workspace.root.join("public"))?;
    site.finish(&manifest)
}

/// Compiles the server, which embeds `target/site`, and returns where it is.
pub fn server(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    note("compiling the server");
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--package=frontdesk", "--bin=frontdesk"]);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
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

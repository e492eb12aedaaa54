//! `target/site`: everything that browsers download.

mod bindgen;
mod compress;
mod folder;
pub mod islands;
mod style;

use std::fs;

use anyhow::{Context, Result};

use crate::system::steps::note;
use crate::system::workspace::Workspace;
pub use folder::hash;
use folder::{Manifest, Site};

/// Builds the browser bundle and the stylesheet, and fills `target/site` with them.
pub fn build(workspace: &Workspace) -> Result<()> {
    let lockfile = fs::read_to_string(workspace.root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    bindgen::check_versions(&lockfile)?;
    let bundle = bindgen::bind(&islands::compile(workspace)?)?;
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

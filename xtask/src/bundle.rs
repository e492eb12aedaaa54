//! The browser's part of the program, compiled to WebAssembly.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process;
use crate::steps::note;
use crate::workspace::Workspace;

/// What browsers run.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The package that holds the islands, with the features it has in the browser.
pub const PACKAGE: [&str; 6] =
    ["--package=frontdesk-web", "--lib", "--no-default-features", "--features=hydrate", "--target", TARGET];

/// Compiles the islands and returns the module as the compiler leaves it. Cargo skips what has not changed.
pub fn compile(workspace: &Workspace) -> Result<PathBuf> {
    ensure_target()?;
    note("compiling the islands to WebAssembly");
    // Naming the crate type here spares the manifest a `cdylib`, which every build of the server would link.
    let options = ["--profile=browser", "--crate-type=cdylib"];
    process::run(workspace.cargo().arg("rustc").args(PACKAGE).args(options))?;
    Ok(workspace.target.join(TARGET).join("browser/frontdesk_web.wasm"))
}

/// Installs the target's standard library if the toolchain lacks it.
pub fn ensure_target() -> Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let folder = process::capture(Command::new(rustc).args(["--print=target-libdir", "--target", TARGET]))?;
    if PathBuf::from(folder.trim_end()).is_dir() {
        return Ok(());
    }
    note(format_args!("the toolchain cannot compile for {TARGET} yet: installing that"));
    process::run(Command::new("rustup").args(["target", "add", TARGET])).with_context(|| {
        format!("Rust's standard library for {TARGET} is missing and rustup could not install it")
    })
}

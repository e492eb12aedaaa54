//! Compiles the islands to WebAssembly.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::system::process;
use crate::system::steps::note;
use crate::system::workspace::Workspace;

/// The compilation target of browsers.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Selects the package of the islands, with its features for the browser.
pub const PACKAGE: [&str; 6] =
    ["--package=frontdesk-web", "--lib", "--no-default-features", "--features=hydrate", "--target", TARGET];

/// Compiles the islands and returns the path of the module before wasm-bindgen.
pub fn compile(workspace: &Workspace) -> Result<PathBuf> {
    ensure_target()?;
    note("compiling the islands to WebAssembly");
    // A `cdylib` in the manifest would be linked by every build of the server.
    let options = ["--profile=browser", "--crate-type=cdylib"];
    process::run(workspace.cargo().arg("rustc").args(PACKAGE).args(options))?;
    Ok(workspace.target.join(TARGET).join("browser/frontdesk_web.wasm"))
}

/// Installs the standard library for [`TARGET`] if the toolchain lacks it.
pub fn ensure_target() -> Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let folder = process::capture(Command::new(rustc).args(["--print=target-libdir", "--target", TARGET]))?;
    if PathBuf::from(folder.trim_end()).is_dir() {
        return Ok(());
    }
    note(format_args!("installing the standard library for {TARGET}"));
    process::run(Command::new("rustup").args(["target", "add", TARGET])).with_context(|| {
        format!("Rust's standard library for {TARGET} is missing and rustup could not install it")
    })
}

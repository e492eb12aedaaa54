//! Where things are in this checkout.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;

/// The checkout this program was compiled in.
pub struct Workspace {
    /// The folder of the top-level `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder, wherever it is configured to be.
    pub target: PathBuf,
}

impl Workspace {
    pub fn find() -> Result<Self> {
        #[derive(Deserialize)]
        struct Metadata {
            workspace_root: PathBuf,
            target_directory: PathBuf,
        }
        let metadata = process::capture(cargo(Path::new(env!("CARGO_MANIFEST_DIR"))).args([
            "metadata",
            "--no-deps",
            "--format-version=1",
        ]))?;
        let Metadata { workspace_root, target_directory } =
            serde_json::from_str(&metadata).context("cargo metadata said something unexpected")?;
        Ok(Self { root: workspace_root, target: target_directory })
    }

    /// `cargo`, run at the root.
    pub fn cargo(&self) -> Command {
        cargo(&self.root)
    }

    /// What browsers download. `src/assets.rs` embeds this very path, so it does not move with the target
    /// folder.
    pub fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }

    /// The folder of the end-to-end tests.
    pub fn end2end(&self) -> PathBuf {
        self.root.join("end2end")
    }

    /// Where programs are installed that tests need and the machine lacks.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }
}

/// The cargo that runs this program, so that `cargo +nightly xtask …` stays with one toolchain.
fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    command
}

//! The paths of this checkout.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::system::process;

/// The checkout that this program was compiled in.
pub struct Workspace {
    /// The folder of the top-level `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder, as configured.
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
            serde_json::from_str(&metadata).context("cannot read the output of cargo metadata")?;
        Ok(Self { root: workspace_root, target: target_directory })
    }

    /// `cargo`, run at the root.
    pub fn cargo(&self) -> Command {
        cargo(&self.root)
    }

    /// The files for browsers. The server embeds this path, so it does not move with the target folder.
    pub fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }

    /// The folder of the end-to-end tests.
    pub fn end2end(&self) -> PathBuf {
        self.root.join("end2end")
    }

    /// The folder of the generated clients.
    pub fn clients(&self) -> PathBuf {
        self.end2end().join("clients")
    }

    /// The folder for programs that a task needs and the machine lacks.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }
}

/// The cargo that runs this program, so that `cargo +nightly xtask …` stays with one toolchain.
fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    // `cargo run` sets variables that describe this package. Build scripts that read them, such as ring's, would
    // appear to have changed, and their dependents would be compiled again.
    for (name, _) in std::env::vars_os().filter(|(name, _)| describes_package(name)) {
        command.env_remove(name);
    }
    command
}

fn describes_package(variable: &OsStr) -> bool {
    let prefixes = [b"CARGO_PKG_".as_slice(), b"CARGO_MANIFEST_"];
    prefixes.iter().any(|prefix| variable.as_encoded_bytes().starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_does_not_inherit_the_variables_of_this_package() {
        // Cargo sets both for tests, too.
        let removed: Vec<_> = cargo(Path::new(".")).get_envs().map(|(name, _)| name.to_owned()).collect();
        assert!(removed.contains(&"CARGO_MANIFEST_DIR".into()), "{removed:?}");
        assert!(removed.contains(&"CARGO_PKG_NAME".into()), "{removed:?}");
        assert!(!removed.contains(&"CARGO".into()), "{removed:?}");
    }
}

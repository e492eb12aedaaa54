//! Checks the files of the repository against each other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::system::process;
use crate::system::steps::note;
use crate::system::workspace::Workspace;

pub fn check(workspace: &Workspace) -> Result<()> {
    migrations(&workspace.root.join("migrations"))?;
    toolchain(&workspace.root)?;
    let Some(files) = tracked(&workspace.root, &[])? else {
        note("NOT CHECKED, because this is no git checkout: stray files and unused snapshots");
        return Ok(());
    };
    stray(&workspace.root)?;
    snapshots(&workspace.root, &files)
}

/// Fails unless both databases have the same migrations, by name.
fn migrations(folder: &Path) -> Result<()> {
    let names = |database: &str| -> Result<BTreeSet<String>> {
        let folder = folder.join(database);
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    };
    let (sqlite, postgres) = (names("sqlite")?, names("postgres")?);
    let different: Vec<_> = sqlite.symmetric_difference(&postgres).collect();
    ensure!(different.is_empty(), "migrations of one database only: {different:?}");
    Ok(())
}

/// Fails unless the pinned toolchain is the oldest one that the packages support: no other is tested.
fn toolchain(root: &Path) -> Result<()> {
    let read = |file: &str, key: &str| -> Result<String> {
        let text = fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {file}"))?;
        value(&text, key).map(ToOwned::to_owned).with_context(|| format!("{file} has no {key}"))
    };
    let pinned = read("rust-toolchain.toml", "channel")?;
    let supported = read("Cargo.toml", "rust-version")?;
    ensure!(
        pinned == supported || pinned.starts_with(&format!("{supported}.")),
        "rust-toolchain.toml pins {pinned}, but Cargo.toml says rust-version = {supported:?}"
    );
    Ok(())
}

/// The value in a line `key = "value"`.
fn value<'a>(toml: &'a str, key: &str) -> Option<&'a str> {
    toml.lines().find_map(|line| line.strip_prefix(key)?.trim().strip_prefix("= \"")?.strip_suffix('"'))
}

/// Fails if a file is committed that `.gitignore` names: a tool has left it.
fn stray(root: &Path) -> Result<()> {
    let stray = tracked(root, &["--cached", "--ignored", "--exclude-standard"])?.unwrap_or_default();
    ensure!(stray.is_empty(), "committed, but ignored by .gitignore: {}", stray.join(", "));
    Ok(())
}

/// Fails if a snapshot is committed that no test compares with: a test was renamed or removed.
fn snapshots(root: &Path, files: &[String]) -> Result<()> {
    let sources: Vec<String> = files
        .iter()
        .filter(|file| file.ends_with(".rs"))
        .filter_map(|file| fs::read_to_string(root.join(file)).ok())
        .collect();
    let unused: Vec<_> = files
        .iter()
        .filter_map(|file| Some((file, snapshot_name(file)?)))
        .filter(|(_, name)| !sources.iter().any(|source| source.contains(&format!("\"{name}\""))))
        .map(|(file, _)| file.as_str())
        .collect();
    ensure!(unused.is_empty(), "no test compares with {}", unused.join(", "));
    Ok(())
}

/// The name that a test gives to its snapshot: the file name has the module before it.
fn snapshot_name(file: &str) -> Option<&str> {
    let name = Path::new(file).file_name()?.to_str()?.strip_suffix(".snap")?;
    name.rsplit("__").next()
}

/// The files that git tracks, or none if this is no checkout of git.
fn tracked(root: &Path, options: &[&str]) -> Result<Option<Vec<String>>> {
    if !root.join(".git").exists() {
        return Ok(None);
    }
    let listed = process::capture(Command::new("git").arg("ls-files").args(options).current_dir(root))?;
    Ok(Some(listed.lines().map(ToOwned::to_owned).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_of_one_database_only_are_reported() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["sqlite/0001.sql", "postgres/0001.sql", "postgres/0002.sql"] {
            fs::create_dir_all(folder.path().join(file).parent().unwrap()).unwrap();
            fs::write(folder.path().join(file), "").unwrap();
        }
        let error = migrations(folder.path()).unwrap_err().to_string();
        assert_eq!(error, "migrations of one database only: [\"0002.sql\"]");
        fs::write(folder.path().join("sqlite/0002.sql"), "").unwrap();
        migrations(folder.path()).unwrap();
    }

    #[test]
    fn a_pinned_toolchain_differs_only_in_its_patch_release() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Cargo.toml"), "rust-version = \"1.95\"\n").unwrap();
        for (channel, passes) in [("1.95", true), ("1.95.2", true), ("1.9", false), ("1.96.0", false)] {
            let pin = format!("[toolchain]\nchannel = \"{channel}\"\n");
            fs::write(folder.path().join("rust-toolchain.toml"), pin).unwrap();
            assert_eq!(toolchain(folder.path()).is_ok(), passes, "{channel}");
        }
    }

    #[test]
    fn a_snapshot_without_a_test_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.rs"), "assert_snapshot!(\"kept\", text);").unwrap();
        let files = ["a.rs", "it__a__kept.snap", "it__a__left.snap"].map(str::to_owned);
        let error = snapshots(folder.path(), &files).unwrap_err().to_string();
        assert_eq!(error, "no test compares with it__a__left.snap");
        snapshots(folder.path(), &files[..2]).unwrap();
    }
}

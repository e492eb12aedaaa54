//! Finds declared dependencies that no source file names.
//!
//! Reading takes a second, where the usual tools take minutes to build. A name in a comment hides an unused
//! dependency, but no used one is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::system::files;
use crate::system::process;
use crate::system::workspace::Workspace;

/// Dependencies that are declared for a reason other than their name in the code.
const FOR_FEATURES: [(&str, &str); 0] = [];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    rename: Option<String>,
}

pub fn check(workspace: &Workspace) -> Result<()> {
    // `--locked` also fails if Cargo.lock does not fit the manifests.
    let mut cargo = workspace.cargo();
    cargo.args(["metadata", "--no-deps", "--format-version=1", "--locked"]);
    let metadata: Metadata = serde_json::from_str(&process::capture(&mut cargo)?)
        .context("cannot read the output of cargo metadata")?;
    let folders: BTreeSet<PathBuf> = metadata.packages.iter().filter_map(Package::folder).collect();

    let mut unused = BTreeMap::new();
    for package in &metadata.packages {
        let found = package.unused(&folders)?;
        if !found.is_empty() {
            unused.insert(&package.name, found);
        }
    }
    ensure!(unused.is_empty(), "dependencies that no source file names: {unused:?}");
    shared(workspace, &metadata)
}

/// Fails if `[workspace.dependencies]` names a crate that no package depends on.
fn shared(workspace: &Workspace, metadata: &Metadata) -> Result<()> {
    let manifest = fs::read_to_string(workspace.root.join("Cargo.toml")).context("cannot read Cargo.toml")?;
    let used: BTreeSet<&str> = metadata
        .packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .map(|dependency| dependency.rename.as_ref().unwrap_or(&dependency.name).as_str())
        .collect();
    let unused: Vec<&str> = shared_names(&manifest).filter(|name| !used.contains(name)).collect();
    ensure!(unused.is_empty(), "in [workspace.dependencies], but in no package: {}", unused.join(", "));
    Ok(())
}

fn shared_names(manifest: &str) -> impl Iterator<Item = &str> {
    let section = manifest.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    section
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once([' ', '=', '.']))
        .map(|(name, _)| name)
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
}

impl Package {
    fn folder(&self) -> Option<PathBuf> {
        self.manifest_path.parent().map(Path::to_owned)
    }

    /// The dependencies that no source file of this package names.
    fn unused(&self, packages: &BTreeSet<PathBuf>) -> Result<Vec<&str>> {
        let folder = self.folder().context("a manifest without a folder")?;
        let sources = sources(&folder, packages)?;
        let is_used = |dependency: &Dependency| {
            let name = dependency.rename.as_ref().unwrap_or(&dependency.name).replace('-', "_");
            sources.iter().any(|source| names(source, &name))
                || FOR_FEATURES.contains(&(&self.name, &dependency.name))
        };
        let unused = self.dependencies.iter().filter(|dependency| !is_used(dependency));
        Ok(unused.map(|dependency| dependency.name.as_str()).collect())
    }
}

/// The contents of the source files in `folder`, without those of packages inside it.
fn sources(folder: &Path, packages: &BTreeSet<PathBuf>) -> Result<Vec<String>> {
    let mut sources = Vec::new();
    for file in files::below(folder, |inner| {
        !packages.contains(inner)
            && !["target", "node_modules", ".git"].iter().any(|name| inner.ends_with(name))
    })? {
        if file.extension().is_some_and(|extension| extension == "rs") {
            let text =
                fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            sources.push(text);
        }
    }
    Ok(sources)
}

/// Returns true if the source has this identifier.
fn names(source: &str, identifier: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    source.match_indices(identifier).any(|(start, _)| {
        let before = source[..start].chars().next_back();
        let after = source[start + identifier.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_found_as_a_whole() {
        assert!(names("use http::HeaderMap;", "http"));
        assert!(!names("use http_body::Body; fn to_http() {}", "http"));
    }

    #[test]
    fn shared_names_are_read_from_the_manifest() {
        let manifest = "[workspace.dependencies]\na = \"1\"\n# b\nc-d = { path = \"x\" }\n\ne.version = \"1\"\n\n[x]\nf = 1\n";
        assert_eq!(shared_names(manifest).collect::<Vec<_>>(), ["a", "c-d", "e"]);
    }

    #[test]
    fn a_dependency_without_a_use_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        fs::write(folder.path().join("lib.rs"), "use a_b::C;").unwrap();
        fs::write(inner.join("lib.rs"), "use d::E;").unwrap();
        let dependency = |name: &str| Dependency { name: name.to_owned(), rename: None };
        let package = Package {
            name: "outer".to_owned(),
            manifest_path: folder.path().join("Cargo.toml"),
            dependencies: vec![dependency("a-b"), dependency("d")],
        };
        assert_eq!(package.unused(&BTreeSet::from([inner])).unwrap(), ["d"]);
    }
}

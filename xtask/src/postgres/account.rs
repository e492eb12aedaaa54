//! The account that PostgreSQL runs as. It refuses to run as root, and in containers most programs run as
//! root.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::system::process;

/// An account without privileges.
pub struct Account {
    user: u32,
    group: u32,
}

impl Account {
    /// The account to change to; none if this program does not run as root.
    pub fn find() -> Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let account = ["postgres", "nobody"].into_iter().find_map(Self::named);
        account.map(Some).context("PostgreSQL cannot run as root, and no user `postgres` or `nobody` exists")
    }

    fn named(name: &str) -> Option<Self> {
        let id =
            |option| process::capture(Command::new("id").args([option, name])).ok()?.trim_end().parse().ok();
        Some(Self { user: id("-u")?, group: id("-g")? })
    }

    /// Makes a command run under this account.
    pub fn run(&self, command: &mut Command) {
        command.uid(self.user).gid(self.group);
    }

    /// Makes this account the owner of a file or folder.
    pub fn give(&self, path: &Path) -> Result<()> {
        chown(path, Some(self.user), Some(self.group))
            .with_context(|| format!("cannot give {} to user {}", path.display(), self.user))
    }
}

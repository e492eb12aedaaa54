//! The folder for data that tests throw away.

use std::env;
use std::path::{Path, PathBuf};

/// A file system in memory that most Linux machines have.
const MEMORY: &str = "/dev/shm";
/// The free space that is needed for it to be used, in bytes. Containers often have 64 MiB.
const ENOUGH: u64 = 2 << 30;

/// The variable with the folder for temporary files, for this program and for those that it runs.
pub const VARIABLE: &str = "TMPDIR";

/// Chooses a folder: the one of the environment, else one in memory, else the system's. A database of PostgreSQL is
/// 450 files, which take ten times as much CPU time to create on a disk as in memory.
pub fn folder() -> PathBuf {
    if env::var_os(VARIABLE).is_none() && free(Path::new(MEMORY)).is_some_and(|free| free >= ENOUGH) {
        return PathBuf::from(MEMORY);
    }
    env::temp_dir()
}

fn free(folder: &Path) -> Option<u64> {
    let system = rustix::fs::statvfs(folder).ok()?;
    Some(system.f_bavail * system.f_frsize)
}

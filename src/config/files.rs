//! Files of the configuration, created so that only their owner can read them.

use std::{
    fs::{DirBuilder, OpenOptions},
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use frontdesk_model::Secret;

/// The mode bits that let the group or all users read a file or list a directory.
const OPEN_TO_OTHERS: u32 = 0o044;

/// Creates a directory and its parents with mode 700. An existing one keeps its mode.
pub(super) fn private_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Creates an empty file with mode 600. An existing one keeps its mode.
///
/// SQLite treats an empty file as a new database, and creates its other files with the same mode.
pub(super) fn private_file(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Reads a secret from a file, without white space around it.
pub(super) fn secret(path: &Path) -> io::Result<Secret> {
    let text = std::fs::read_to_string(path)?;
    Ok(Secret::new(text.trim()))
}

/// Logs a warning if other users than its owner can read a file or directory. It keeps its mode: the program did not
/// create it this way, so it may be meant.
pub(super) fn warn_if_open(path: &Path, purpose: &'static str) {
    // A file that does not exist, or cannot be examined, is reported by its use.
    let Ok(about) = std::fs::metadata(path) else { return };
    let mode = about.permissions().mode() & 0o777;
    if mode & OPEN_TO_OTHERS != 0 {
        let (path, advice) = (path.display(), if about.is_dir() { "chmod 700" } else { "chmod 600" });
        let mode = format!("{mode:04o}");
        tracing::warn!(%path, purpose, mode, advice, "other users of this machine can read it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_its_owners_alone() {
        let temporary = tempfile::tempdir().unwrap();
        let (directory, file) = (temporary.path().join("a/b"), temporary.path().join("a/b/new.db"));
        private_directory(&directory).unwrap();
        private_file(&file).unwrap();
        assert_eq!((mode(&temporary.path().join("a")), mode(&directory), mode(&file)), (0o700, 0o700, 0o600));
    }

    #[test]
    fn what_is_there_stays_as_it_is() {
        let temporary = tempfile::tempdir().unwrap();
        let file = temporary.path().join("old.db");
        std::fs::write(&file, "kept").unwrap();
        let before = mode(&file);
        private_directory(temporary.path()).unwrap();
        private_file(&file).unwrap();
        assert_eq!((mode(&file), std::fs::read_to_string(&file).unwrap().as_str()), (before, "kept"));
    }

    #[test]
    fn a_file_in_the_way_of_a_directory_is_an_error() {
        let temporary = tempfile::tempdir().unwrap();
        let file = temporary.path().join("data");
        std::fs::write(&file, "").unwrap();
        assert!(private_directory(&file).is_err());
    }

    #[test]
    fn the_last_line_break_is_no_part_of_a_secret() {
        let temporary = tempfile::tempdir().unwrap();
        let file = temporary.path().join("url");
        std::fs::write(&file, "postgres://desk:pw@db/desk\n").unwrap();
        assert_eq!(secret(&file).unwrap().expose(), "postgres://desk:pw@db/desk");
    }
}

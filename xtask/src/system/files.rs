//! Lists files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// All files in a folder and in the folders below it that `enter` accepts; none if the folder does not exist.
pub fn below(folder: &Path, enter: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry?.path();
            if !path.is_dir() {
                found.push(path);
            } else if enter(&path) {
                folders.push(path);
            }
        }
    }
    Ok(found)
}

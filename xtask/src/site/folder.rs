//! Writes `target/site`, the folder that the server embeds.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::compress::compressed;
use crate::system::files;

/// `manifest.json`: the names of files that are named after their content, for the server to read.
#[derive(Serialize)]
pub struct Manifest {
    /// The name that the script and the WebAssembly module have in common: `/pkg/<bundle>.js` and
    /// `/pkg/<bundle>_bg.wasm`.
    pub bundle: String,
    /// The path of the stylesheet.
    pub style: String,
}

/// The folder while it is being filled.
pub struct Site {
    folder: PathBuf,
    /// The files of this build; all others are of earlier ones.
    files: BTreeSet<PathBuf>,
}

impl Site {
    pub fn open(folder: PathBuf) -> Self {
        Self { folder, files: BTreeSet::new() }
    }

    /// Writes a file and its compressed forms, unless they are there.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        let form = |ending| self.folder.join(format!("{name}.{ending}"));
        // The file itself is removed first and written last: its presence says that the forms are its own.
        if is_unchanged(&path, bytes) {
            self.files.extend([form("br"), form("gz")]);
        } else {
            for stale in [&path, &form("br"), &form("gz")] {
                remove(stale)?;
            }
            for (ending, bytes) in compressed(name, bytes)? {
                write(&form(ending), &bytes)?;
                self.files.insert(form(ending));
            }
            write(&path, bytes)?;
        }
        self.files.insert(path);
        Ok(())
    }

    /// The size of a file as browsers receive it: by Brotli, if that makes it smaller.
    pub fn transferred(&self, name: &str) -> Result<u64> {
        let size = |name: &str| fs::metadata(self.folder.join(name)).map(|metadata| metadata.len());
        size(&format!("{name}.br")).or_else(|_| size(name)).with_context(|| format!("cannot find {name}"))
    }

    /// Copies a folder's files to the root of the site. Files with a leading dot are an editor's or a file
    /// manager's, and stay behind.
    pub fn put_folder(&mut self, folder: &Path) -> Result<()> {
        for file in files::below(folder, |_| true)? {
            let hidden = file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            if let Some(name) = file.strip_prefix(folder)?.to_str()
                && !hidden
            {
                self.put(name, &read(&file)?)?;
            }
        }
        Ok(())
    }

    /// Writes the manifest after the files that it names, and removes the files of earlier builds.
    pub fn finish(mut self, manifest: &Manifest) -> Result<()> {
        let path = self.folder.join("manifest.json");
        let json = serde_json::to_vec_pretty(manifest)?;
        if !is_unchanged(&path, &json) {
            write(&path, &json)?;
        }
        self.files.insert(path);
        for file in files::below(&self.folder, |_| true)? {
            if !self.files.contains(&file) {
                remove(&file)?;
            }
        }
        Ok(())
    }
}

/// The part of a file's name that changes with its content: the first 12 hex digits of its SHA-256.
pub fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let digest = parts.into_iter().fold(Sha256::new(), Sha256::chain_update).finalize();
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Compares a file with its new content: cargo compiles the server again if a file is written.
fn is_unchanged(path: &Path, bytes: &[u8]) -> bool {
    fs::read(path).is_ok_and(|present| present == bytes)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest { bundle: "frontdesk.0".to_owned(), style: "/pkg/frontdesk.1.css".to_owned() }
    }

    fn names(folder: &Path) -> BTreeSet<String> {
        let relative = |file: PathBuf| file.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        files::below(folder, |_| true).unwrap().into_iter().map(relative).collect()
    }

    #[test]
    fn a_second_build_keeps_its_own_files_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let text = "a{color:red}".repeat(100);
        for name in ["pkg/old.css", "pkg/new.css"] {
            let mut site = Site::open(folder.path().to_owned());
            site.put(name, text.as_bytes()).unwrap();
            site.put("robots.txt", b"#").unwrap();
            site.finish(&manifest()).unwrap();
        }
        let expected = ["manifest.json", "pkg/new.css", "pkg/new.css.br", "pkg/new.css.gz", "robots.txt"]
            .map(str::to_owned);
        assert_eq!(names(folder.path()), BTreeSet::from(expected));
    }

    #[test]
    fn an_unchanged_file_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let style = folder.path().join("a.css");
        let mut written = Vec::new();
        for _ in 0..2 {
            let mut site = Site::open(folder.path().to_owned());
            site.put("a.css", "a{color:red}".repeat(100).as_bytes()).unwrap();
            site.finish(&manifest()).unwrap();
            written.push(fs::metadata(&style).unwrap().modified().unwrap());
        }
        assert_eq!(written[0], written[1]);
        assert!(names(folder.path()).contains("a.css.br"), "the compressed forms stay, too");
    }

    #[test]
    fn hidden_files_are_not_published() {
        let public = tempfile::tempdir().unwrap();
        fs::write(public.path().join(".hidden"), "").unwrap();
        fs::create_dir(public.path().join(".well-known")).unwrap();
        fs::write(public.path().join(".well-known/security.txt"), "").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut site = Site::open(folder.path().to_owned());
        site.put_folder(public.path()).unwrap();
        assert_eq!(names(folder.path()), BTreeSet::from([".well-known/security.txt".to_owned()]));
    }

    #[test]
    fn hashes_are_of_all_parts_together() {
        assert_eq!(hash([b"abc".as_slice()]), "ba7816bf8f01");
        assert_eq!(hash([b"a".as_slice(), b"bc"]), "ba7816bf8f01");
    }
}

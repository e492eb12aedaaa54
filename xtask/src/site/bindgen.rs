//! wasm-bindgen: the step from a compiled module to one that a browser's script can load and call.
//!
//! It is used as a library, so that it needs no installing and its version is in `Cargo.lock`.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use super::hash;

/// The script and the module that run the islands.
pub struct Bundle {
    pub script: String,
    pub module: Vec<u8>,
}

impl Bundle {
    /// The name that both files share. Leptos derives both URLs from it, so it depends on both contents.
    pub fn name(&self) -> String {
        format!("frontdesk.{}", hash([self.script.as_bytes(), &self.module]))
    }
}

/// Binds the compiled module at `path`.
pub fn bind(path: &Path) -> Result<Bundle> {
    let mut output = Bindgen::new()
        .input_path(path)
        .web(true)?
        .out_name("frontdesk")
        .typescript(false)
        .keep_debug(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // Leptos passes the module's URL, so the script needs no default for it.
        .omit_default_module_path(true)
        .generate_output()
        .with_context(|| format!("wasm-bindgen cannot read {}", path.display()))?;
    // A snippet is JavaScript that a Rust crate ships as a file beside the script.
    let snippets = output.snippets().iter().filter(|(_, files)| !files.is_empty()).map(|(name, _)| name);
    let snippets: Vec<&String> = snippets.chain(output.local_modules().keys()).collect();
    ensure!(snippets.is_empty(), "nothing here publishes the JavaScript of {snippets:?} yet");
    Ok(Bundle { script: output.js().to_owned(), module: output.wasm_mut().emit_wasm() })
}

/// Fails if the code was compiled for another version of wasm-bindgen than the one that binds it: their common
/// format changes with every version.
pub fn check_versions(lockfile: &str) -> Result<()> {
    let version = |name| locked_version(lockfile, name).with_context(|| format!("Cargo.lock has no {name}"));
    let compiled = version("wasm-bindgen")?;
    let binding = version("wasm-bindgen-cli-support")?;
    ensure!(
        compiled == binding,
        "the browser bundle is compiled with wasm-bindgen {compiled}, but xtask binds it as {binding}: \
         set `wasm-bindgen-cli-support = \"={compiled}\"` in xtask/Cargo.toml"
    );
    Ok(())
}

/// A package's version. A lock file lists it right below the name.
fn locked_version<'a>(lockfile: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lockfile.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lockfile(compiled: &str, binding: &str) -> String {
        let package = |name, version| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\n");
        [
            package("wasm-bindgen-cli-support", binding),
            package("wasm-bindgen", compiled),
            package("wasm-bindgen-futures", "0.4.80"),
        ]
        .concat()
    }

    #[test]
    fn equal_versions_pass() {
        check_versions(&lockfile("0.2.130", "0.2.130")).unwrap();
    }

    #[test]
    fn different_versions_are_reported_with_the_remedy() {
        let error = check_versions(&lockfile("0.2.131", "0.2.130")).unwrap_err().to_string();
        assert!(error.contains("set `wasm-bindgen-cli-support = \"=0.2.131\"`"), "{error}");
    }

    #[test]
    fn a_lock_file_without_them_is_reported() {
        assert_eq!(check_versions("").unwrap_err().to_string(), "Cargo.lock has no wasm-bindgen");
    }

    #[test]
    fn this_checkout_agrees_with_itself() {
        check_versions(include_str!("../../../Cargo.lock")).unwrap();
    }
}

//! The stylesheet: `style/main.css` and what it imports become one minified file.

use std::path::Path;

use anyhow::{Result, anyhow, ensure};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions};
use lightningcss::targets::{Browsers, Features, Targets};

/// The first versions that know `light-dark()`, which the colours are written in. Nothing that these
/// understand is rewritten for older ones, which would not show the colours anyway.
const BROWSERS: Browsers = Browsers {
    android: Some(version(123)),
    chrome: Some(version(123)),
    edge: Some(version(123)),
    firefox: Some(version(120)),
    ie: None,
    ios_saf: Some(version(17) | 5 << 8),
    opera: Some(version(109)),
    safari: Some(version(17) | 5 << 8),
    samsung: Some(version(27)),
};

const fn version(major: u32) -> u32 {
    major << 16
}

/// The stylesheet that starts at `entry`, in one piece.
pub fn bundle(entry: &Path) -> Result<String> {
    ensure!(entry.is_file(), "{} does not exist: it is where the stylesheet starts", entry.display());
    let targets = Targets {
        browsers: Some(BROWSERS),
        // The colours follow an attribute that the reader may set, so they are resolved by the browser.
        exclude: Features::LightDark,
        ..Targets::default()
    };
    // The errors borrow from the files they are about, so they are kept as text: the reason, file and line.
    let files = FileProvider::new();
    let mut sheet =
        Bundler::new(&files, None, ParserOptions::default()).bundle(entry).map_err(|error| anyhow!("{error}"))?;
    sheet.minify(MinifyOptions { targets, ..MinifyOptions::default() }).map_err(|error| anyhow!("{error}"))?;
    let printed = sheet.to_css(PrinterOptions { minify: true, targets, ..PrinterOptions::default() })?;
    Ok(printed.code)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn bundle_of(files: &[(&str, &str)]) -> Result<String> {
        let folder = tempfile::tempdir()?;
        for (name, text) in files {
            fs::write(folder.path().join(name), text)?;
        }
        bundle(&folder.path().join("main.css"))
    }

    #[test]
    fn imports_are_inlined_in_their_layer() {
        let css = bundle_of(&[
            ("main.css", "@import './base.css' layer(base);\np { margin: 0 }"),
            ("base.css", "a { color: light-dark(#000000, #ffffff) }"),
        ])
        .unwrap();
        assert_eq!(css, "@layer base{a{color:light-dark(#000,#fff)}}p{margin:0}");
    }

    #[test]
    fn what_the_browsers_know_is_kept() {
        let css = bundle_of(&[("main.css", "a { &:hover { color: red } } @media (width >= 40rem) { a { inset: 0 } }")]);
        assert_eq!(css.unwrap(), "a{&:hover{color:red}}@media (width>=40rem){a{inset:0}}");
    }

    #[test]
    fn mistakes_are_reported_with_their_place() {
        let error = bundle_of(&[("main.css", "a {}\n}")]).unwrap_err().to_string();
        assert!(error.contains("main.css:2"), "{error}");
    }

    #[test]
    fn a_missing_stylesheet_is_an_error() {
        let error = bundle(Path::new("style/nowhere.css")).unwrap_err().to_string();
        assert!(error.starts_with("style/nowhere.css does not exist"), "{error}");
    }
}

//! Bundles `style/main.css` and its imports into one minified file.

use std::fmt::Display;
use std::path::Path;

use anyhow::{Result, anyhow, ensure};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::error::Error;
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions};
use lightningcss::targets::{Browsers, Features, Targets};

/// Bundles the stylesheet at `entry`.
pub fn bundle(entry: &Path) -> Result<String> {
    ensure!(entry.is_file(), "{} does not exist: it is where the stylesheet starts", entry.display());
    let targets = targets();
    let files = FileProvider::new();
    let mut sheet = Bundler::new(&files, None, ParserOptions::default()).bundle(entry).map_err(readable)?;
    sheet.minify(MinifyOptions { targets, ..MinifyOptions::default() }).map_err(readable)?;
    let printed = sheet
        .to_css(PrinterOptions { minify: true, targets, ..PrinterOptions::default() })
        .map_err(readable)?;
    Ok(printed.code)
}

/// The first versions with `light-dark()`, which all colours use. Syntax that these versions support is not
/// rewritten for older ones, which would not show the colours anyway.
fn targets() -> Targets {
    let version = |major: u32, minor: u32| Some(major << 16 | minor << 8);
    let browsers = Browsers {
        chrome: version(123, 0),
        edge: version(123, 0),
        firefox: version(120, 0),
        ios_saf: version(17, 5),
        safari: version(17, 5),
        ..Browsers::default()
    };
    // The user can choose a scheme, so the browser resolves the colours.
    Targets { browsers: Some(browsers), exclude: Features::LightDark, ..Targets::default() }
}

/// Converts an error to one with lines counted from 1, which does not borrow from the file.
fn readable<T: Display>(error: Error<T>) -> anyhow::Error {
    match error.loc {
        Some(place) => anyhow!("{}:{}:{}: {}", place.filename, place.line + 1, place.column, error.kind),
        None => anyhow!("{}", error.kind),
    }
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
    fn syntax_that_the_browsers_support_is_kept() {
        let css = bundle_of(&[(
            "main.css",
            "a { top: 0; &:hover { top: 1px } } @media (width >= 40rem) { a { inset: 0 } }",
        )]);
        assert_eq!(css.unwrap(), "a{top:0;&:hover{top:1px}}@media (width>=40rem){a{inset:0}}");
    }

    #[test]
    fn errors_are_reported_with_their_position() {
        let error = bundle_of(&[("main.css", "a {}\nb { c }")]).unwrap_err().to_string();
        assert!(error.contains("main.css:2"), "{error}");
    }

    #[test]
    fn a_missing_stylesheet_is_an_error() {
        let error = bundle(Path::new("style/nowhere.css")).unwrap_err().to_string();
        assert!(error.starts_with("style/nowhere.css does not exist"), "{error}");
    }
}

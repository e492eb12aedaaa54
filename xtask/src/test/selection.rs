//! The arguments of the task `test`.

use anyhow::{Result, bail, ensure};

/// The tests to run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Selection<'a> {
    pub rust: bool,
    pub browser: bool,
    /// Leaves out the Rust tests on PostgreSQL.
    pub sqlite: bool,
    /// Runs the end-to-end tests in all combinations of database and JavaScript.
    pub full_matrix: bool,
    /// Parts of test names.
    pub filters: Vec<&'a str>,
}

impl<'a> Selection<'a> {
    pub fn parse(arguments: &[&'a str]) -> Result<Self> {
        let mut selection = Self::default();
        for argument in arguments {
            match *argument {
                "--rust" => selection.rust = true,
                "--browser" => selection.browser = true,
                "--sqlite" => selection.sqlite = true,
                "--full-matrix" => selection.full_matrix = true,
                option if option.starts_with('-') => {
                    bail!("`test` does not take `{option}`; see `cargo xtask help`")
                }
                filter => selection.filters.push(filter),
            }
        }
        ensure!(!(selection.rust && selection.browser), "without `--rust` and `--browser`, both halves run");
        ensure!(
            !(selection.sqlite && selection.browser),
            "`--sqlite` is for Rust tests: the end-to-end tests need both databases"
        );
        ensure!(
            !selection.full_matrix || selection.needs_browser(),
            "`--full-matrix` is for end-to-end tests"
        );
        Ok(selection)
    }

    /// Returns true if Rust tests run.
    pub fn needs_rust(&self) -> bool {
        !self.browser
    }

    /// Returns true if end-to-end tests run: always with `--browser`, and by default when nothing narrows the
    /// selection, so that one Rust test needs neither the browser bundle nor Chromium.
    pub fn needs_browser(&self) -> bool {
        self.browser || !(self.rust || self.sqlite) && self.filters.is_empty()
    }

    /// Returns true if the generated clients run: in a run of everything.
    pub fn needs_clients(&self) -> bool {
        self.needs_browser() && !self.browser
    }

    /// Returns true if the browser bundle is built: for all tests of a half, but not for single Rust tests.
    pub fn needs_bundle(&self) -> bool {
        self.needs_browser() || self.filters.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&'static str]) -> Selection<'static> {
        Selection::parse(arguments).unwrap()
    }

    #[test]
    fn all_tests_run_by_default() {
        let all = parse(&[]);
        assert!(all.needs_rust() && all.needs_browser() && all.needs_bundle() && all.needs_clients());
    }

    #[test]
    fn a_name_selects_rust_tests_and_needs_no_bundle() {
        let one = parse(&["links"]);
        assert_eq!(one.filters, ["links"]);
        assert!(one.needs_rust() && !one.needs_browser() && !one.needs_bundle());
    }

    #[test]
    fn a_half_is_selected_by_an_option() {
        let rust = parse(&["--rust"]);
        assert!(rust.needs_rust() && !rust.needs_browser() && rust.needs_bundle());
        let browser = parse(&["a", "--browser", "b"]);
        assert!(!browser.needs_rust() && browser.needs_browser() && browser.needs_bundle());
        assert!(!browser.needs_clients() && !rust.needs_clients());
        assert_eq!(browser.filters, ["a", "b"]);
        let sqlite = parse(&["--sqlite"]);
        assert!(sqlite.needs_rust() && !sqlite.needs_browser() && sqlite.needs_bundle());
    }

    #[test]
    fn contradictions_and_unknown_options_are_rejected() {
        for wrong in [
            &["--fast"][..],
            &["--rust", "--browser"],
            &["--sqlite", "--browser"],
            &["--rust", "--full-matrix"],
            &["links", "--full-matrix"],
        ] {
            assert!(Selection::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}

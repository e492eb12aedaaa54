//! The task `test`: brings what the tests need, then runs all of them.

use std::env;
use std::path::Path;

use anyhow::{Result, bail};

use crate::browser;
use crate::build::{self, Profile};
use crate::postgres::{self, Durability, Server};
use crate::process;
use crate::steps::{Steps, note};
use crate::workspace::Workspace;

/// Which tests to run.
#[derive(Debug, PartialEq, Eq)]
pub struct Selection<'a> {
    rust: bool,
    browser: bool,
    /// Parts of names; both test runners understand them.
    filters: Vec<&'a str>,
}

impl<'a> Selection<'a> {
    pub fn parse(arguments: &[&'a str]) -> Result<Self> {
        let (options, filters): (Vec<&str>, Vec<&str>) =
            arguments.iter().partition(|argument| argument.starts_with('-'));
        let (rust, browser) = match *options {
            [] => (true, true),
            ["--rust"] => (true, false),
            ["--browser"] => (false, true),
            _ => bail!("`test` does not take `{}`; see `cargo xtask help`", options.join(" ")),
        };
        Ok(Self { rust, browser, filters })
    }

    /// PostgreSQL, the packages and the build; the Rust tests; the browser and its tests.
    fn steps(&self) -> usize {
        3 + usize::from(self.rust) + 2 * usize::from(self.browser)
    }
}

pub fn test(workspace: &Workspace, selection: &Selection<'_>) -> Result<()> {
    let mut steps = Steps::new(selection.steps());
    let postgres = steps.step("PostgreSQL", || Postgres::bring(workspace))?;
    // Both halves need them: one of the packages is a Stripe that the Rust tests pay with.
    steps.step("Node.js packages", || {
        browser::check_node()?;
        browser::install_packages(workspace)
    })?;
    let program = steps.step("Browser bundle and server", || {
        build::site(workspace)?;
        build::server(workspace, Profile::Dev)
    })?;
    if selection.rust {
        steps.step("Rust tests", || rust_tests(workspace, &postgres, &selection.filters))?;
    }
    if selection.browser {
        let chromium = steps.step("Chromium", || browser::chromium(workspace))?;
        steps.step("End-to-end tests", || {
            browser_tests(workspace, &postgres, &program, chromium.as_deref(), &selection.filters)
        })?;
    }
    drop(postgres);
    steps.finish();
    Ok(())
}

/// A database server for the tests: the developer's, or one of ours that ends with this value.
enum Postgres {
    Given(String),
    Ours(Server),
}

impl Postgres {
    fn bring(workspace: &Workspace) -> Result<Self> {
        match env::var(postgres::VARIABLE) {
            Ok(url) => {
                note(format_args!("using the one that {} names", postgres::VARIABLE));
                Ok(Self::Given(url))
            }
            Err(_) => Server::start(workspace, Durability::None).map(Self::Ours),
        }
    }

    fn url(&self) -> &str {
        match self {
            Self::Given(url) => url,
            Self::Ours(server) => server.url(),
        }
    }
}

fn rust_tests(workspace: &Workspace, postgres: &Postgres, filters: &[&str]) -> Result<()> {
    let test = |selection: &[&str]| {
        let mut cargo = workspace.cargo();
        cargo.arg("test").args(selection).arg("--").args(filters);
        // A changed snapshot fails its test; nothing is written that could be committed by mistake.
        cargo.env(postgres::VARIABLE, postgres.url()).env("INSTA_UPDATE", "no");
        process::run(&mut cargo)
    };
    test(&build::TESTED)?;
    test(&["--package=xtask"])
}

fn browser_tests(
    workspace: &Workspace,
    postgres: &Postgres,
    program: &Path,
    chromium: Option<&Path>,
    filters: &[&str],
) -> Result<()> {
    let mut playwright = browser::playwright(workspace);
    playwright.arg("test").env("FRONTDESK_BIN", program).env(postgres::VARIABLE, postgres.url());
    if let Some(chromium) = chromium {
        playwright.env(browser::VARIABLE, chromium);
    }
    if !filters.is_empty() {
        // A filter that is meant for the Rust tests may well fit none of these.
        playwright.args(filters).arg("--pass-with-no-tests");
    }
    process::run(&mut playwright)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&'static str]) -> Option<Selection<'static>> {
        Selection::parse(arguments).ok()
    }

    #[test]
    fn everything_runs_unless_a_half_is_asked_for() {
        assert_eq!(parse(&[]), Some(Selection { rust: true, browser: true, filters: vec![] }));
        assert_eq!(parse(&["--rust"]), Some(Selection { rust: true, browser: false, filters: vec![] }));
        assert_eq!(
            parse(&["a", "--browser", "b"]),
            Some(Selection { rust: false, browser: true, filters: vec!["a", "b"] })
        );
    }

    #[test]
    fn other_options_are_refused() {
        assert_eq!(parse(&["--fast"]), None);
        assert_eq!(parse(&["--rust", "--browser"]), None);
    }
}

//! The task `test`: starts or installs what the tests need, then runs them.

mod rust;
mod selection;

use std::env;
use std::path::Path;

use anyhow::Result;

use crate::build::{self, Profile};
use crate::clients;
use crate::end2end;
use crate::postgres::{self, Durability, Server};
use crate::site;
use crate::system::steps::{Steps, note};
use crate::system::workspace::Workspace;
use crate::system::{process, scratch};
pub use selection::Selection;

pub fn test(workspace: &Workspace, selection: &Selection<'_>) -> Result<()> {
    let mut steps = Steps::new(count(selection));
    let postgres =
        if selection.sqlite { None } else { Some(steps.step("PostgreSQL", || Postgres::start(workspace))?) };
    // Both halves need them: the Rust tests pay with a simulator of Stripe that is one of these packages.
    steps.step("Node.js packages", || {
        end2end::check_node(end2end::NODE)?;
        end2end::install_packages(&workspace.end2end())
    })?;
    if selection.needs_bundle() {
        // Before the first compilation of the server, which embeds the bundle.
        steps.step("Browser bundle", || site::build(workspace))?;
    }
    if selection.needs_rust() {
        steps.step("Compilation of the Rust tests", || rust::compile(workspace, selection))?;
        let url = postgres.as_ref().map(Postgres::url);
        steps.step("Rust tests", || rust::run(workspace, url, selection))?;
    }
    if selection.needs_browser() {
        let chromium = steps.step("Chromium", || end2end::chromium(workspace))?;
        let program = steps.step("Server", || build::server(workspace, Profile::Dev))?;
        if selection.needs_clients() {
            let python = steps.step("Packages of the clients", || clients::packages(workspace))?;
            steps.step("Generated clients", || clients::run(workspace, &program, &python))?;
        }
        steps.step("End-to-end tests", || {
            browser_tests(workspace, postgres.as_ref(), &program, chromium.as_deref(), selection)
        })?;
    }
    drop(postgres);
    steps.finish();
    if selection.sqlite {
        println!("\n{}", rust::WITHOUT_POSTGRES);
    }
    Ok(())
}

/// Runs Rust tests that need nothing else.
pub fn rust(workspace: &Workspace, selection: &Selection<'_>) -> Result<()> {
    rust::compile(workspace, selection)?;
    rust::run(workspace, None, selection)
}

fn count(selection: &Selection<'_>) -> usize {
    1 + usize::from(!selection.sqlite)
        + usize::from(selection.needs_bundle())
        + 2 * usize::from(selection.needs_rust())
        + 3 * usize::from(selection.needs_browser())
        + 2 * usize::from(selection.needs_clients())
}

/// A database server for the tests: the one in the environment, or one that stops with this value.
enum Postgres {
    Given(String),
    Started(Server),
}

impl Postgres {
    fn start(workspace: &Workspace) -> Result<Self> {
        match env::var(postgres::VARIABLE) {
            Ok(url) => {
                note(format_args!("using the server of {}", postgres::VARIABLE));
                Ok(Self::Given(url))
            }
            Err(_) => Server::start(workspace, Durability::None).map(Self::Started),
        }
    }

    fn url(&self) -> &str {
        match self {
            Self::Given(url) => url,
            Self::Started(server) => server.url(),
        }
    }
}

fn browser_tests(
    workspace: &Workspace,
    postgres: Option<&Postgres>,
    program: &Path,
    chromium: Option<&Path>,
    selection: &Selection<'_>,
) -> Result<()> {
    let mut playwright = end2end::playwright(workspace);
    playwright.arg("test").args(&selection.filters).env("FRONTDESK_BIN", program);
    playwright.env(scratch::VARIABLE, scratch::folder());
    if let Some(postgres) = postgres {
        playwright.env(postgres::VARIABLE, postgres.url());
    }
    if let Some(chromium) = chromium {
        playwright.env(end2end::VARIABLE, chromium);
    }
    if selection.full_matrix {
        playwright.env(end2end::FULL_MATRIX, "true");
    }
    process::run(&mut playwright)
}

//! The tasks of this repository, in Rust so that a checkout needs only cargo.
//! `.cargo/config.toml` makes `cargo xtask` an alias for this program.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool prints")]

mod audit;
mod bench;
mod build;
mod check;
mod clients;
mod end2end;
mod postgres;
mod serve;
mod site;
mod system;
mod test;
mod words;

use std::process::ExitCode;

use anyhow::{Result, bail};
use system::process;
use system::workspace::Workspace;

const HELP: &str = "\
The tasks of this repository.

Usage: cargo xtask <task>

  build [--release]     The browser bundle, the stylesheet and then the server that embeds both:
                        target/debug/frontdesk, or target/release/frontdesk with --release.
  serve [-- <args>]     Builds, then runs `frontdesk serve <args>` in place of this command.
  test                  All tests: Rust tests on SQLite and PostgreSQL, generated clients of the API, then end-to-end
                        tests in Chromium.
  test <name>…          Only the Rust tests with one of these in their names; neither bundle nor Chromium needed.
       --rust             only the Rust tests
       --sqlite           only the Rust tests on SQLite
       --browser          only the end-to-end tests; names select files and titles
       --full-matrix      end-to-end tests in all four combinations of database and JavaScript
  clients               Lints the OpenAPI document; generates clients for TypeScript and Python, compiles them and
                        runs them against a server. Needs Node.js and Python.
  check                 Format, repository, lints, documentation; warnings are errors. Needs no database.
  words                 Counts words that the glossary advises against, and fails above a limit.
  audit                 Licences, duplicate versions, sources and advisories of all dependencies, by cargo-deny,
                        which is installed first if it is missing: that takes some minutes.
       --without-advisories  for machines that cannot reach the advisory database
  postgres              Runs a throw-away PostgreSQL, prints its address and stops it on Ctrl-C or when
                        standard input closes. For `TEST_POSTGRES_URL` of a plain `cargo test`.
  bench                 Measures the release binary, and compares the figures with their targets. Linux only.
       --users <number>   people in the database; it is kept from one run to the next (100,000)
       --postgres         on a throw-away PostgreSQL in place of SQLite
       --seconds <number> how long each load is kept up (5)
       --only <scenario>  one of start, visit, list, search, sign-in, flood, writes; may be repeated
       --program <path>   a server that is built already, to compare two
  help                  This text.

Environment:

  TEST_POSTGRES_URL     A PostgreSQL for the tests to use, in place of a throw-away one.
  FRONTDESK_CHROMIUM    The Chromium for the end-to-end tests, in place of the one found.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            // 130 is what shells report for a command that Ctrl-C ended.
            if process::interrupted() { ExitCode::from(130) } else { ExitCode::FAILURE }
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    let (task, arguments) = match arguments {
        [] | ["help" | "--help" | "-h", ..] | [_, "--help" | "-h"] => {
            print!("{HELP}");
            return Ok(());
        }
        [task, arguments @ ..] => (*task, arguments),
    };
    process::handle_signals()?;
    let workspace = Workspace::find()?;
    match (task, arguments) {
        ("build", []) => build::build(&workspace, build::Profile::Dev),
        ("build", ["--release"]) => build::build(&workspace, build::Profile::Release),
        ("serve", ["--", arguments @ ..] | arguments) => serve::serve(&workspace, arguments),
        ("test", arguments) => test::test(&workspace, &test::Selection::parse(arguments)?),
        ("check", []) => check::check(&workspace),
        ("words", []) => words::check(&workspace),
        ("audit", arguments) => audit::audit(&workspace, &audit::Options::parse(arguments)?),
        ("postgres", []) => postgres::serve(&workspace),
        ("clients", []) => clients::clients(&workspace),
        ("bench", arguments) => bench::bench(&workspace, &bench::Options::parse(arguments)?),
        ("build" | "check" | "clients" | "words" | "postgres", _) => {
            bail!("`{task}` does not take `{}`; see `cargo xtask help`", arguments.join(" "))
        }
        _ => bail!("there is no task `{task}`; see `cargo xtask help`"),
    }
}

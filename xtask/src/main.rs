//! The tasks of this repository, in Rust so that a checkout needs no other tool than cargo to be built.
//! `.cargo/config.toml` makes `cargo xtask` an alias for this program.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks by printing")]

mod bench;
mod bindgen;
mod browser;
mod build;
mod bundle;
mod check;
mod compress;
mod port;
mod postgres;
mod process;
mod serve;
mod site;
mod steps;
mod style;
mod test;
mod words;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};
use workspace::Workspace;

const HELP: &str = "\
The tasks of this repository.

Usage: cargo xtask <task>

  build [--release]     The browser bundle, the stylesheet and then the server that embeds both:
                        target/debug/frontdesk, or target/release/frontdesk with --release.
  serve [-- <args>]     Builds, then runs `frontdesk serve <args>` in place of this command.
  test [<filter>…]      Everything: Rust tests on SQLite and PostgreSQL, then end-to-end tests in Chromium.
                        Filters are handed to both test runners.
       --rust             only the Rust tests
       --browser          only the end-to-end tests
  check                 Formatting, lints (server and browser) and documentation, warnings being errors.
  words                 Counts words that the glossary advises against, and fails above a limit.
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
        ("postgres", []) => postgres::serve(&workspace),
        ("bench", arguments) => bench::bench(&workspace, &bench::Options::parse(arguments)?),
        ("build" | "check" | "words" | "postgres", _) => {
            bail!("`{task}` does not take `{}`; see `cargo xtask help`", arguments.join(" "))
        }
        _ => bail!("there is no task `{task}`; see `cargo xtask help`"),
    }
}

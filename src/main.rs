//! The command line: parses it, sets up the log, and runs one command.

mod commands;

use std::{
    error::Error,
    ffi::OsStr,
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use clap::{CommandFactory, FromArgMatches, Parser, error::ErrorKind};
use commands::Command;
use frontdesk::{config::Config, telemetry};
use mimalloc::MiMalloc;
use rustix::{fs::Mode, process::umask};

/// A page allocates thousands of short-lived strings, and frees those of the database on another thread.
/// With the C library's allocator it took 17 to 25 % more CPU time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Frontdesk, the front desk of an online business: people sign up and sign in, staff manage them,
/// and everything that happens is written in a book.
#[derive(Parser)]
#[command(version, arg_required_else_help = false)]
#[command(
    after_help = "To begin: run `frontdesk serve`, open the link that it prints, and make your account.\n\
                        Every option can also be given by the variable in its [env: …]."
)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: Config,
}

/// The longest time for work on other threads after the command has ended.
const THREADS_TIMEOUT: Duration = Duration::from_secs(1);

/// The exit status of an invalid command line, as of clap.
const USAGE: u8 = 2;

/// The mode bits that no file or directory of ours has: what the program creates is readable only by its owner, also
/// where a library creates it and with any umask of the caller.
const PRIVATE: Mode = Mode::RWXG.union(Mode::RWXO);

fn main() -> ExitCode {
    umask(PRIVATE);
    let CommandLine { command, config } = match parse() {
        Ok(line) => line,
        // Without a command, print the list of commands.
        Err(error) if error.kind() == ErrorKind::MissingSubcommand => {
            report(CommandLine::command().render_help());
            return ExitCode::from(USAGE);
        }
        Err(error) => error.exit(),
    };
    if let Err(error) = config.check() {
        CommandLine::command().error(ErrorKind::ValueValidation, error).exit();
    }
    match run(command, &config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(format_args!("frontdesk: {}", sentence(&error)));
            ExitCode::FAILURE
        }
    }
}

/// Parses the command line and the variables.
fn parse() -> Result<CommandLine, clap::Error> {
    let is_empty = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    let matches = without_variables(CommandLine::command(), &is_empty).try_get_matches()?;
    CommandLine::from_arg_matches(&matches)
}

/// Detaches the options of a command from these variables. Compose files and templates set variables that
/// have no value to an empty text, which means the same as no variable.
fn without_variables(command: clap::Command, ignored: &dyn Fn(&OsStr) -> bool) -> clap::Command {
    command
        .mut_args(|argument| match argument.get_env() {
            Some(name) if ignored(name) => argument.env(None::<&'static str>),
            _ => argument,
        })
        .mut_subcommands(|command| without_variables(command, ignored))
}

fn report(text: impl Display) {
    // A failure is ignored: there is no other place for the message.
    let _ = writeln!(io::stderr(), "{text}");
}

fn run(command: Command, config: &Config) -> Result<(), commands::Error> {
    telemetry::init(&config.log.log, config.log.log_format)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(commands::Error::Runtime)?;
    let result = runtime.block_on(command.run(config));
    runtime.shutdown_timeout(THREADS_TIMEOUT);
    result
}

/// Formats an error and its causes in one line, without repeating a cause that is in the message already.
fn sentence(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.map(ToString::to_string).fold(error.to_string(), |text, cause| {
        if text.ends_with(&cause) { text } else { format!("{text}: {cause}") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn options_stand_before_or_after_the_command() {
        for line in
            [["frontdesk", "--listen=0.0.0.0:80", "serve"], ["frontdesk", "serve", "--listen=0.0.0.0:80"]]
        {
            let parsed = CommandLine::try_parse_from(line).ok();
            assert_eq!(parsed.map(|parsed| parsed.config.network.listen.port()), Some(80), "{line:?}");
        }
    }

    #[test]
    fn a_command_must_be_given() {
        for line in [&["frontdesk"][..], &["frontdesk", "--listen=0.0.0.0:80"]] {
            let error = CommandLine::try_parse_from(line).err().map(|error| error.kind());
            assert_eq!(error, Some(ErrorKind::MissingSubcommand), "{line:?}");
        }
    }

    #[test]
    fn a_token_is_made_with_permissions_or_with_all() {
        let good = [
            &["--name=ci", "--all"][..],
            &["--name=ci", "--permission", "users:read", "--permission=audit:read", "--expires=never"],
            &["--name=ci", "--permission=users:read", "--email=ann@example.com"],
        ];
        let bad = [
            &["--name=ci"][..],
            &["--all"],
            &["--name=ci", "--all", "--permission=users:read"],
            &["--name=ci", "--permission=everything"],
        ];
        let parses = |options: &&[&str]| {
            let line = ["frontdesk", "token", "create"].iter().chain(*options);
            CommandLine::try_parse_from(line).is_ok()
        };
        assert!(good.iter().all(parses));
        assert!(!bad.iter().any(parses));
    }

    #[test]
    fn an_error_tells_its_causes() {
        let source = io::Error::other("no space left");
        let error = frontdesk::config::Error::Make { path: "data".into(), source };
        assert_eq!(sentence(&error), "data cannot be made: no space left");
        let repeated = commands::Error::Serve(io::Error::other(io::Error::other("no space left")));
        assert_eq!(sentence(&repeated), "cannot serve: no space left");
    }
}

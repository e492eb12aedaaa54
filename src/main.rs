//! The command line: reads it, sets up the log, and runs one command.

mod commands;

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use clap::{CommandFactory, Parser, error::ErrorKind};
use commands::Command;
use frontdesk::{config::Config, telemetry};

/// Frontdesk, the front desk of an online business: people sign up and sign in, staff manage them,
/// and everything that happens is written in a book.
#[derive(Parser)]
#[command(version, subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "To begin: run `frontdesk serve`, open the link that it prints, and make your account.\n\
                        Every option can also be given by the variable in its [env: …].")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    config: Config,
}

/// How long work on other threads may go on after the command is done.
const LEFTOVERS: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let CommandLine { command, config } = CommandLine::parse();
    if let Err(error) = config.check() {
        CommandLine::command().error(ErrorKind::ValueValidation, error).exit();
    }
    match run(command, &config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error is all there is to tell it to.
            let _ = writeln!(io::stderr(), "frontdesk: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command, config: &Config) -> Result<(), commands::Error> {
    telemetry::init(&config.log, config.log_format)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(commands::Error::Runtime)?;
    let result = runtime.block_on(command.run(config));
    runtime.shutdown_timeout(LEFTOVERS);
    result
}

/// An error and its causes in one line.
fn sentence(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
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
        for line in [["frontdesk", "--listen=0.0.0.0:80", "serve"], ["frontdesk", "serve", "--listen=0.0.0.0:80"]] {
            let parsed = CommandLine::try_parse_from(line).ok();
            assert_eq!(parsed.map(|parsed| parsed.config.listen.port()), Some(80), "{line:?}");
        }
    }

    #[test]
    fn without_a_command_there_is_help() {
        let error = CommandLine::try_parse_from(["frontdesk"]).err().map(|error| error.kind());
        assert_eq!(error, Some(ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand));
    }

    #[test]
    fn an_error_tells_its_causes() {
        let source = io::Error::other("no space left");
        let error = frontdesk::config::Error::Make { path: "data".into(), source };
        assert_eq!(sentence(&error), "data cannot be made: no space left");
    }
}

//! The log, on standard error: text for a terminal, JSON for log collectors.

use std::{backtrace::BacktraceStatus, io::IsTerminal, panic::PanicHookInfo};

use clap::ValueEnum;
use tracing_subscriber::{EnvFilter, filter::ParseError, fmt, prelude::*};

/// The format of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere
    #[default]
    Auto,
    /// For people
    Text,
    /// For programs: one JSON object a line
    Json,
}

/// The reason that the log cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("--log cannot be read; write it as in info,sqlx=warn")]
    Filter(#[from] ParseError),
    #[error("a log has been set up already")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Sets up the log of this process, panics included. `filter` has the syntax of `RUST_LOG`.
///
/// # Errors
/// An invalid filter.
pub fn init(filter: &str, format: LogFormat) -> Result<(), Error> {
    let terminal = std::io::stderr().is_terminal();
    let is_json = match format {
        LogFormat::Auto => !terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let lines = if is_json {
        // All spans, from that of the request, which has the trace id, to the innermost.
        fmt::layer().json().flatten_event(true).with_current_span(false).with_writer(std::io::stderr).boxed()
    } else {
        fmt::layer().with_ansi(terminal).with_writer(std::io::stderr).boxed()
    };
    tracing_subscriber::registry().with(EnvFilter::builder().parse(filter)?).with(lines).try_init()?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Logs a panic once, in the span of the request in which it happened.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no message");
    let location = panic.location().map(tracing::field::display);
    // Captured only with RUST_BACKTRACE.
    let backtrace = std::backtrace::Backtrace::capture();
    let backtrace =
        (backtrace.status() == BacktraceStatus::Captured).then(|| tracing::field::display(&backtrace));
    tracing::error!(location, backtrace, "panicked: {message}");
}

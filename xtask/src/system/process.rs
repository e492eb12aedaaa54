//! Runs other programs, and ends them on a signal.
//!
//! Every program runs in its own process group, and signals are forwarded to that group. So Ctrl-C and a CI's
//! SIGTERM both end the whole tree of a test run, while this program stops its background processes.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

struct State {
    /// The process group of the running program.
    group: Option<Pid>,
    interrupted: bool,
}

static STATE: Mutex<State> = Mutex::new(State { group: None, interrupted: false });
static INTERRUPTED: Condvar = Condvar::new();

fn state() -> MutexGuard<'static, State> {
    // The state is two plain values, so a panic elsewhere cannot leave it inconsistent.
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Installs handlers: from now on a signal ends the running program, and [`run`] fails.
pub fn handle_signals() -> Result<()> {
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM]).context("cannot handle signals")?;
    thread::spawn(move || {
        for number in signals.forever() {
            interrupt(match number {
                SIGHUP => Signal::HUP,
                SIGINT => Signal::INT,
                _ => Signal::TERM,
            });
        }
    });
    Ok(())
}

/// Ends the running program with `signal` and prevents others from starting.
pub fn interrupt(signal: Signal) {
    let mut state = state();
    state.interrupted = true;
    INTERRUPTED.notify_all();
    if let Some(group) = state.group {
        // It fails only if the group has ended already.
        let _ = kill_process_group(group, signal);
    }
}

/// Returns true after a signal has arrived.
pub fn interrupted() -> bool {
    state().interrupted
}

/// Blocks until [`interrupt`] is called.
pub fn wait_for_interrupt() {
    // Only the wait matters, not the guard.
    drop(INTERRUPTED.wait_while(state(), |state| !state.interrupted));
}

/// Runs a program to completion. It writes to this terminal, and its standard input is empty.
pub fn run(command: &mut Command) -> Result<()> {
    let mut child = start(command)?;
    let status = child.wait();
    state().group = None;
    ensure!(!interrupted(), "interrupted");
    let status = status.with_context(|| format!("cannot wait for `{}`", describe(command)))?;
    ensure!(status.success(), "`{}` failed: {status}", describe(command));
    Ok(())
}

fn start(command: &mut Command) -> Result<Child> {
    // With the lock held, a signal arrives either before the program starts or once it can be forwarded.
    let mut state = state();
    ensure!(!state.interrupted, "interrupted");
    let child =
        command.stdin(Stdio::null()).process_group(0).spawn().map_err(|error| not_started(command, error))?;
    state.group = Some(Pid::from_child(&child));
    Ok(child)
}

/// Runs a quick program and returns its standard output. Its standard error is part of the error.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| not_started(command, error))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed: {}\n{}", describe(command), output.status, complaint.trim_end());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` printed no text", describe(command)))
}

/// The first program of one of these names on the PATH.
pub fn find<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names.into_iter().find_map(|name| {
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
    })
}

fn not_started(command: &Command, error: io::Error) -> anyhow::Error {
    anyhow::Error::new(error).context(format!("cannot start `{}`", describe(command)))
}

/// Formats a command as it is typed in a shell.
fn describe(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let name = program.rsplit('/').next().unwrap_or_default().to_owned();
    command.get_args().fold(name, |line, argument| line + " " + &argument.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_its_standard_error() {
        let error = capture(Command::new("/bin/sh").args(["-c", "echo because >&2; exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "`sh -c echo because >&2; exit 3` failed: exit status: 3\nbecause");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = capture(&mut Command::new("no-such-program")).unwrap_err();
        assert!(error.to_string().contains("cannot start `no-such-program`"), "{error}");
    }

    #[test]
    fn programs_are_found_by_the_first_name_that_exists() {
        assert_eq!(
            find(["no-such-program", "sh"]).and_then(|path| path.file_name().map(ToOwned::to_owned)),
            Some("sh".into())
        );
        assert_eq!(find(["no-such-program"]), None);
    }
}

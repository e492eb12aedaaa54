//! Running other programs, and ending them when this one is asked to end.
//!
//! Every program runs in a process group of its own, and a signal that arrives here is handed on to that
//! group. So Ctrl-C and a CI's SIGTERM both end the whole tree of a test run, and this program lives on for
//! as long as it takes to stop what it started in the background.

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
    /// The group of the program that is running now.
    group: Option<Pid>,
    interrupted: bool,
}

static STATE: Mutex<State> = Mutex::new(State { group: None, interrupted: false });
static INTERRUPTED: Condvar = Condvar::new();

fn state() -> MutexGuard<'static, State> {
    // The state is two plain values: a panic elsewhere cannot have left them half-written.
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here on signals no longer end this program: they end the program it runs, and [`run`] fails.
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

/// Ends the running program with `signal` and lets no other start.
pub fn interrupt(signal: Signal) {
    let mut state = state();
    state.interrupted = true;
    INTERRUPTED.notify_all();
    if let Some(group) = state.group {
        // It fails only when the group has just ended, which is what was asked for.
        let _ = kill_process_group(group, signal);
    }
}

/// Whether a signal has ended, or kept from starting, what this program was to run.
pub fn interrupted() -> bool {
    state().interrupted
}

/// Blocks until [`interrupt`] is called.
pub fn wait_for_interrupt() {
    // The guard is of no use to anyone: the wait itself was the point.
    drop(INTERRUPTED.wait_while(state(), |state| !state.interrupted));
}

/// Runs a program to its end. It writes to this terminal, and reads nothing.
pub fn run(command: &mut Command) -> Result<()> {
    let mut child = start(command)?;
    let status = child.wait();
    state().group = None;
    ensure!(!interrupted(), "interrupted");
    let status = status.with_context(|| format!("lost sight of `{}`", describe(command)))?;
    ensure!(status.success(), "`{}` failed: {status}", describe(command));
    Ok(())
}

fn start(command: &mut Command) -> Result<Child> {
    // Holding the lock means that a signal comes either before the program starts or when it can be told.
    let mut state = state();
    ensure!(!state.interrupted, "interrupted");
    let child =
        command.stdin(Stdio::null()).process_group(0).spawn().map_err(|error| not_started(command, error))?;
    state.group = Some(Pid::from_child(&child));
    Ok(child)
}

/// Runs a program that is quick, and returns what it printed. What it complains about is in the error.
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

/// The command as one would type it.
fn describe(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let name = program.rsplit('/').next().unwrap_or_default().to_owned();
    command.get_args().fold(name, |line, argument| line + " " + &argument.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_what_it_said() {
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

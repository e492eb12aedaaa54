//! The server that is measured: the release binary, as an operator would run it.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use super::http::{Client, Connection};
use super::process::Watched;
use crate::system::{port, process};

/// How long a start and a stop may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked whether the server has come to where it is expected.
const GLANCE: Duration = Duration::from_micros(500);

/// How the program is run, and on which data.
pub struct Program {
    pub path: PathBuf,
    /// Where its files are, and the SQLite database among them.
    pub data: PathBuf,
    /// A PostgreSQL to use in place of the SQLite file.
    pub postgres: Option<String>,
    /// Where its log goes: writing one line for each request belongs to what is measured.
    pub log: PathBuf,
}

impl Program {
    /// The program with its configuration. What is in this program's environment does not reach it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("FRONTDESK_") {
                command.env_remove(name);
            }
        }
        command.env("FRONTDESK_DATA_DIR", &self.data);
        if let Some(url) = &self.postgres {
            command.env("FRONTDESK_DATABASE_URL", url);
        }
        command
    }

    /// Starts the server and waits until it is ready.
    pub fn serve(&self) -> Result<Running> {
        ensure!(!process::interrupted(), "interrupted");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port::free()?));
        let log = File::options().create(true).append(true).open(&self.log);
        let log = log.with_context(|| format!("cannot write {}", self.log.display()))?;
        let mut command = self.command();
        command
            .arg("serve")
            .env("FRONTDESK_LISTEN", address.to_string())
            .env("FRONTDESK_SHUTDOWN_DEADLINE", "1s");
        // All requests come from this one machine.
        for limit in ["PAGE", "FORM", "SIGN_IN", "SIGN_UP"] {
            command.env(format!("FRONTDESK_LIMIT_{limit}"), "0");
        }
        let began = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).process_group(0).spawn();
        let child = child.with_context(|| format!("cannot start {}", self.path.display()))?;
        // From here on it is stopped whatever happens.
        let mut running = Running { child, address, ready_after: Duration::ZERO };
        running.wait_until_ready(began).with_context(|| format!("see {}", self.log.display()))?;
        Ok(running)
    }
}

/// A server that runs. It stops with this value.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
    /// From its start until it said that it is ready.
    pub ready_after: Duration,
}

impl Running {
    pub fn process(&self) -> Watched {
        Watched::new(self.child.id())
    }

    fn wait_until_ready(&mut self, began: Instant) -> Result<()> {
        let request = Client::new(self.address).get("/health/ready");
        while began.elapsed() < PATIENCE {
            // It refuses connections until it listens.
            if let Ok(mut connection) = Connection::open(self.address)
                && connection.exchange(&request).is_ok_and(|answer| answer.status == 200)
            {
                self.ready_after = began.elapsed();
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server has ended: {status}");
            }
            pause();
        }
        bail!("the server is not ready after {} s", PATIENCE.as_secs())
    }

    fn stop(&mut self) -> Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let began = Instant::now();
        while self.child.try_wait()?.is_none() {
            ensure!(began.elapsed() < PATIENCE, "the server does not stop");
            pause();
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.stop().is_err() {
            // What is left to do about a server that hangs, or that has ended before.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn pause() {
    #[expect(clippy::disallowed_methods, reason = "this thread serves nobody")]
    thread::sleep(GLANCE);
}

//! The measured server: the release binary, run as an operator would.

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

/// Time limit of a start and of a stop.
const PATIENCE: Duration = Duration::from_secs(30);
/// Interval of checking the state of the server.
const GLANCE: Duration = Duration::from_micros(500);

/// The program and its data.
pub struct Program {
    pub path: PathBuf,
    /// Folder of its files, including the SQLite database.
    pub data: PathBuf,
    /// A PostgreSQL in place of the SQLite file.
    pub postgres: Option<String>,
    /// File of the log: writing a line per request is part of the measurement.
    pub log: PathBuf,
}

impl Program {
    /// The program with its configuration, without this program's environment.
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
        // From here on it is stopped in any case.
        let mut running = Running { child, address, ready_after: Duration::ZERO };
        running.wait_until_ready(began).with_context(|| format!("see {}", self.log.display()))?;
        Ok(running)
    }
}

/// A running server. Dropping it stops the server.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
    /// From its start until it was ready.
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
            // For a server that hangs, or has ended already.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn pause() {
    #[expect(clippy::disallowed_methods, reason = "this thread serves nobody")]
    thread::sleep(GLANCE);
}

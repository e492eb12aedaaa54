//! A PostgreSQL server for the duration of a task.

mod account;
mod programs;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::system::port;
use crate::system::process;
use crate::system::scratch;
use crate::system::steps::note;
use crate::system::workspace::Workspace;
use account::Account;

/// The variable that names a server to use instead; the Rust tests read it, too.
pub const VARIABLE: &str = "TEST_POSTGRES_URL";

/// The task `postgres`: a server that runs until it is interrupted.
pub fn serve(workspace: &Workspace) -> Result<()> {
    let server = Server::start(workspace, Durability::None)?;
    println!("{VARIABLE}={}", server.url);
    // A parent process can end it by closing the pipe, or by exiting.
    thread::spawn(|| {
        // Stop on an error, too.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        process::interrupt(Signal::TERM);
    });
    process::wait_for_interrupt();
    Ok(())
}

/// Durability of commits.
#[derive(Clone, Copy)]
pub enum Durability {
    /// Without waiting for the disk: for disposable data.
    None,
    /// On disk, as in production.
    Full,
}

/// A running server. Dropping it stops the server and deletes its data.
pub struct Server {
    url: String,
    programs: PathBuf,
    account: Option<Account>,
    folder: TempDir,
}

impl Server {
    pub fn start(workspace: &Workspace, durability: Durability) -> Result<Self> {
        let parent = match durability {
            Durability::None => scratch::folder(),
            Durability::Full => std::env::temp_dir(),
        };
        let folder = tempfile::Builder::new()
            .prefix("frontdesk-postgres-")
            .tempdir_in(parent)
            .context("cannot create a temporary folder")?;
        let account = Account::find()?;
        if let Some(account) = &account {
            account.give(folder.path())?;
        }
        let programs = programs::find(workspace, folder.path())?;
        let port = port::free()?;
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let server = Self { url, programs, account, folder };

        note(format_args!("starting {}", server.programs.join("postgres").display()));
        let data = server.data();
        let options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
        process::capture(server.command("initdb").args(options).arg(&data))?;
        let configuration = data.join("postgresql.conf");
        fs::write(&configuration, server.configuration(port, durability))
            .with_context(|| format!("cannot write {}", configuration.display()))?;
        let log = server.folder.path().join("log");
        // Its output must not be captured: the server inherits the pipe, which would stay open.
        let started = process::run(
            server
                .command("pg_ctl")
                .args(["start", "--wait", "--silent", "--log"])
                .arg(&log)
                .arg("--pgdata")
                .arg(&data),
        );
        started.with_context(|| {
            let log = fs::read_to_string(&log).unwrap_or_default();
            format!("PostgreSQL does not start: {}", log.trim_end())
        })?;
        Ok(server)
    }

    /// URL for clients, as a superuser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A folder on the disk of the data.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Configuration of a server that only this machine can reach.
    fn configuration(&self, port: u16, durability: Durability) -> String {
        let (durable, log) = match durability {
            // A small log, because it may be in memory.
            Durability::None => ("off", "max_wal_size = '128MB'\n"),
            Durability::Full => ("on", ""),
        };
        let socket_folder = self.folder.path().display().to_string().replace('\'', "''");
        format!(
            "port = {port}\n\
             listen_addresses = '127.0.0.1'\n\
             unix_socket_directories = '{socket_folder}'\n\
             max_connections = 200\n\
             fsync = {durable}\n\
             synchronous_commit = {durable}\n\
             full_page_writes = {durable}\n\
             jit = off\n\
             {log}"
        )
    }

    /// One of PostgreSQL's programs, under its account.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        // The account may have no access to the current folder.
        command.current_dir(self.folder.path());
        if let Some(account) = &self.account {
            account.run(&mut command);
        }
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = self.command("pg_ctl");
        stop.args(["stop", "--wait", "--silent", "--mode=immediate", "--pgdata"]).arg(self.data());
        // It reports an error if the server is not running, which is fine here.
        let _ = stop.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

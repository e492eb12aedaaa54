//! The commands of `frontdesk`, one file each.

mod admin;
mod backup;
mod greeting;
mod ledger;
mod migrate;
mod restore;
mod seed;
mod serve;
mod token;
mod worker;

use std::{
    io::{self, Write},
    net::SocketAddr,
};

use clap::Subcommand;
use frontdesk::{
    config::{self, Config},
    listener::open_files::TooFewOpenFiles,
    telemetry,
};
use frontdesk_domain::{
    Domain, OpenError,
    clock::Clock,
    db::{self, DatabaseUrl},
    passwords, tokens, users,
};
use frontdesk_http::BaseUrl;

/// A command with its own arguments.
#[derive(Subcommand)]
pub enum Command {
    Serve(serve::Arguments),
    Worker(worker::Arguments),
    Migrate(migrate::Arguments),
    Seed(seed::Arguments),
    Backup(backup::Arguments),
    Restore(restore::Arguments),
    /// For those who run this server
    #[command(subcommand)]
    Admin(admin::Command),
    /// Tokens, with which programs use the API
    #[command(subcommand)]
    Token(token::Command),
    /// The book of what was paid and paid back
    #[command(subcommand)]
    Ledger(ledger::Command),
}

impl Command {
    /// # Errors
    /// The reason that the command failed.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        match self {
            Self::Serve(arguments) => arguments.run(config).await,
            Self::Worker(arguments) => arguments.run(config).await,
            Self::Migrate(arguments) => arguments.run(config).await,
            Self::Seed(arguments) => arguments.run(config).await,
            Self::Backup(arguments) => arguments.run(config).await,
            Self::Restore(arguments) => arguments.run(config).await,
            Self::Admin(command) => command.run(config).await,
            Self::Token(command) => command.run(config).await,
            Self::Ledger(command) => command.run(config).await,
        }
    }
}

/// The failure of a command, printed with its causes.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Config(#[from] config::Error),
    #[error(transparent)]
    Telemetry(#[from] telemetry::Error),
    #[error("the program cannot start its threads")]
    Runtime(#[source] io::Error),
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("cannot serve")]
    Serve(#[source] io::Error),
    #[error(transparent)]
    OpenFiles(#[from] TooFewOpenFiles),
    #[error("the system delivers no signals to stop by")]
    Signals(#[source] io::Error),
    #[error(transparent)]
    Certificate(#[from] frontdesk::tls::certificate::Error),
    #[error(transparent)]
    Metrics(#[from] frontdesk::surfaces::metrics::Error),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the database at {url} cannot be used")]
    Database { url: String, source: db::Error },
    #[error(transparent)]
    Accounts(#[from] users::Error),
    #[error(transparent)]
    Tokens(Box<tokens::Error>),
    #[error(transparent)]
    Passwords(#[from] passwords::Error),
    #[error("there is an owner already; sign in at {0}")]
    HasOwner(BaseUrl),
    #[error("the ledger does not add up: {0}")]
    Ledger(String),
    #[error("{0} works on SQLite; for PostgreSQL use its own tools, such as pg_dump and pg_restore")]
    NotSqlite(&'static str),
    #[error(transparent)]
    Backup(#[from] db::BackupError),
    #[error("nothing can be printed")]
    Print(#[source] io::Error),
}

impl From<tokens::Error> for Error {
    fn from(error: tokens::Error) -> Self {
        Self::Tokens(Box::new(error))
    }
}

/// Opens the domain, and creates the files that its database needs.
async fn open(config: &Config, url: DatabaseUrl) -> Result<Domain, Error> {
    config.database.make_files(&url)?;
    Ok(Domain::open(&config.domain(url, Clock::system())?).await?)
}

/// Prints a result to standard output. The log goes to standard error.
fn print(text: &str) -> Result<(), Error> {
    writeln!(io::stdout(), "{text}").map_err(Error::Print)
}

/// Prints a message to standard error. A failure is ignored: there is no other place for it.
fn notify(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

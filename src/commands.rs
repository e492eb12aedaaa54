//! What `frontdesk` can do, one file a command.

mod admin;
mod ledger;
mod migrate;
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
    telemetry,
};
use frontdesk_domain::{
    Domain, OpenError, accounts,
    clock::Clock,
    db::{self, DatabaseUrl},
    passwords, tokens,
};
use frontdesk_http::BaseUrl;
use frontdesk_model::Secret;

/// A command and what belongs to it alone.
#[derive(Subcommand)]
pub enum Command {
    /// Serve pages until told to stop
    ///
    /// The database is made if there is none, and its schema brought up to date. The first time, a
    /// link is printed with which to become its owner.
    Serve,
    /// Work on jobs until told to stop, beside `serve` or instead of its own worker
    ///
    /// Any number of them can share one database. Each job is taken by one, and by another if that
    /// one is not heard of any more.
    Worker,
    /// Bring the database's schema up to date, and stop
    ///
    /// `serve` does it, too. By itself it is for those who do it before they replace the program.
    Migrate,
    /// Fill the database with people who do not exist, to look around and to measure
    Seed(seed::Arguments),
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
    /// Why it could not be done.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        match self {
            Self::Serve => serve::run(config).await,
            Self::Worker => worker::run(config).await,
            Self::Migrate => migrate::run(config).await,
            Self::Seed(arguments) => seed::run(config, arguments).await,
            Self::Admin(admin::Command::SetupLink) => admin::setup_link(config).await,
            Self::Token(command) => command.run(config).await,
            Self::Ledger(command) => command.run(config).await,
        }
    }
}

/// Why a command could not do its work, to be printed with its causes for whoever ran it.
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
    Accounts(#[from] accounts::Error),
    #[error(transparent)]
    Tokens(#[from] tokens::Error),
    #[error(transparent)]
    Passwords(#[from] passwords::Error),
    #[error("there is an owner already; sign in at {0}")]
    HasOwner(BaseUrl),
    #[error("the ledger does not add up: {0}")]
    Ledger(String),
    #[error("nothing can be printed")]
    Print(#[source] io::Error),
}

/// Opens the domain over a database, making the files that it needs.
async fn open(config: &Config, url: DatabaseUrl) -> Result<Domain, Error> {
    config.make_files(&url)?;
    Ok(Domain::open(&config.domain(url, Clock::system())?).await?)
}

/// Prints to standard output, which is for answers; the log goes elsewhere.
fn print(text: &str) -> Result<(), Error> {
    writeln!(io::stdout(), "{text}").map_err(Error::Print)
}

/// Tells whoever runs the command what is not its answer. Where standard error is closed, nobody is
/// left to be told.
fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// The words that hand over the link with which somebody becomes the owner.
fn invitation(base_url: &BaseUrl, token: &Secret) -> String {
    let token = token.expose();
    format!(
        "Nobody owns this Frontdesk yet. Open this link within a day to become its owner:\n\n    \
         {base_url}/setup?token={token}\n\n\
         For a new link, run `frontdesk admin setup-link`."
    )
}

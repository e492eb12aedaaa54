//! `frontdesk admin`: commands for the operator.

use clap::Subcommand;
use frontdesk::config::Config;
use frontdesk_domain::accounts;

use super::{Error, invitation, open, print};

#[derive(Subcommand)]
pub enum Command {
    /// Print a new link with which to become the owner, in place of the one before
    SetupLink,
}

impl Command {
    /// # Errors
    /// The reason that the command failed.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        match self {
            Self::SetupLink => setup_link(config).await,
        }
    }
}

/// Prints a new link to become the owner.
async fn setup_link(config: &Config) -> Result<(), Error> {
    let domain = open(config, config.database.url()?).await?;
    let link = accounts::setup_link(&domain).await?;
    domain.db.close().await;
    match link {
        Some(link) => print(&invitation(&config.base_url(), &link)),
        None => Err(Error::HasOwner(config.base_url())),
    }
}

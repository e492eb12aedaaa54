//! `frontdesk admin`: what only who runs the server can do.

use clap::Subcommand;
use frontdesk::config::Config;
use frontdesk_domain::accounts;

use super::{Error, invitation, open, print};

#[derive(Subcommand)]
pub enum Command {
    /// Print a new link with which to become the owner, in place of the one before
    SetupLink,
}

/// `frontdesk admin setup-link`.
pub async fn setup_link(config: &Config) -> Result<(), Error> {
    let domain = open(config, config.database_url()?).await?;
    let link = accounts::setup_link(&domain).await?;
    domain.db.close().await;
    match link {
        Some(link) => print(&invitation(&config.base_url(), &link)),
        None => Err(Error::HasOwner(config.base_url())),
    }
}

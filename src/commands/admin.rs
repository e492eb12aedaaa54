//! `frontdesk admin`: commands for the operator.

use clap::Subcommand;
use frontdesk::config::Config;
use frontdesk_domain::{Domain, invitations, users};
use frontdesk_model::{email_lookup::Lookup, urls, users::OneUser};

use super::{Error, greeting, notify, open, print};

#[derive(Subcommand)]
pub enum Command {
    /// Print a new link with which to become the owner, in place of the one before
    SetupLink,
    /// Print a link with which a user chooses a new password
    ///
    /// The way back for an owner who has lost the password. The link works once, for a week, and
    /// signs the user out everywhere. It stands in the audit trail.
    PasswordLink {
        /// The e-mail address of the user
        #[arg(long, value_name = "ADDRESS")]
        email: String,
    },
}

impl Command {
    /// # Errors
    /// The reason that the command failed.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let domain = open(config, config.database.url()?).await?;
        let done = match self {
            Self::SetupLink => setup_link(&domain, config).await,
            Self::PasswordLink { email } => password_link(&domain, config, &email).await,
        };
        domain.db.close().await;
        done
    }
}

async fn setup_link(domain: &Domain, config: &Config) -> Result<(), Error> {
    match invitations::setup_link(domain).await? {
        Some(link) => {
            note_assumed_address(config);
            print(&greeting::setup_link(&config.base_url(), &link))
        }
        None => Err(Error::HasOwner(config.base_url())),
    }
}

async fn password_link(domain: &Domain, config: &Config, email: &str) -> Result<(), Error> {
    let user = users::by_email(&domain.system(), &Lookup::of(email)).await?;
    let token = invitations::create(&domain.system(), OneUser { id: user.id }).await?;
    notify(&format!("With this link {} chooses a new password. It works once, for a week:", user.name));
    note_assumed_address(config);
    print(&format!("{}{}", config.base_url(), urls::INVITE.query(&[("token", token.expose())])))
}

/// Says that the beginning of the printed link is a guess: the server may have been started with a base URL that
/// this command was not given.
fn note_assumed_address(config: &Config) {
    if config.network.base_url.is_none() {
        notify(&format!(
            "No --base-url is set, so the link begins with {}. If browsers find the server at another address,\n\
             put that in its place, or set --base-url (FRONTDESK_BASE_URL) as for the server.",
            config.base_url()
        ));
    }
}

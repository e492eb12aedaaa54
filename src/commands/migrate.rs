//! `frontdesk migrate`.

use clap::Args;
use frontdesk::config::Config;
use frontdesk_domain::{
    db::{Db, Options},
    users::{self, Account, SharedAddress},
};

use super::{Error, print};

/// Number of accounts with the address of another one that are printed.
const SHOWN: i64 = 100;

/// Bring the database's schema up to date, and stop
///
/// `serve` does it, too. By itself it is for those who do it before they replace the program.
#[derive(Args)]
pub struct Arguments {}

impl Arguments {
    /// # Errors
    /// The reason that the command failed.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let url = config.database.url()?;
        config.database.make_files(&url)?;
        let options = Options { connections: 1, ..Options::default() };
        let failed = |source| Error::Database { url: url.to_string(), source };
        let db = Db::open(&url, &options).await.map_err(failed)?;
        users::fill(&db).await.map_err(failed)?;
        let shared = users::shared_addresses(&db, SHOWN).await.map_err(failed)?;
        db.close().await;
        print(&format!("The schema of {url} is up to date."))?;
        if shared.is_empty() { Ok(()) } else { print(&about(&shared)) }
    }
}

/// The accounts that share an address. Characters that are not seen are written as their numbers.
fn about(shared: &[SharedAddress]) -> String {
    let account = |account: &Account| format!("{} ({})", account.email.escape_debug(), account.id);
    let pairs =
        shared.iter().map(|pair| format!("    {} and {}", account(&pair.first), account(&pair.other)));
    format!(
        "These accounts have the same e-mail address in two spellings. Both can still sign in, each with its own. \
         Change the address of one of them:\n{}",
        pairs.collect::<Vec<_>>().join("\n")
    )
}

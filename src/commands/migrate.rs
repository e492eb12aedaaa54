//! `frontdesk migrate`.

use clap::Args;
use frontdesk::config::Config;
use frontdesk_domain::{
    db::{Db, Options},
    users,
};

use super::{Error, print};

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
        users::fill_words(&db).await.map_err(failed)?;
        db.close().await;
        print(&format!("The schema of {url} is up to date."))
    }
}

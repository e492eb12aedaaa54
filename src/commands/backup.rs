//! `frontdesk backup`.

use std::path::PathBuf;

use clap::Args;
use frontdesk::config::Config;
use frontdesk_domain::db::{self, DatabaseUrl};

use super::{Error, notify};

/// Copy the SQLite database into a new file, also while the server runs
///
/// Only the owner of the file can read it. `restore` puts it back.
#[derive(Args)]
pub struct Arguments {
    /// The new file
    file: PathBuf,
}

impl Arguments {
    /// # Errors
    /// The reason that the command failed.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let DatabaseUrl::Sqlite(database) = config.database.url()? else {
            return Err(Error::NotSqlite("backup"));
        };
        db::back_up(&database, &self.file).await?;
        notify(&format!("{} is a copy of {}.", self.file.display(), database.display()));
        Ok(())
    }
}

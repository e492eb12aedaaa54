//! `frontdesk restore`.

use std::path::PathBuf;

use clap::Args;
use frontdesk::config::Config;
use frontdesk_domain::db::{self, DatabaseUrl};

use super::{Error, notify};

/// Put a backup of the SQLite database in the place of the present one
///
/// Stop the server and its workers first. The database before is kept beside the new one, with
/// .replaced at the end of its name.
#[derive(Args)]
pub struct Arguments {
    /// The file that `backup` made
    file: PathBuf,
}

impl Arguments {
    /// # Errors
    /// The reason that the command failed.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let DatabaseUrl::Sqlite(database) = config.database.url()? else {
            return Err(Error::NotSqlite("restore"));
        };
        config.database.make_directories(&database)?;
        let replaced = db::restore(&self.file, &database).await?;
        notify(&format!("{} is restored from {}.", database.display(), self.file.display()));
        if let Some(replaced) = replaced {
            notify(&format!("The database before is {}.", replaced.display()));
        }
        Ok(())
    }
}

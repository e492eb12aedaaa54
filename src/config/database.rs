//! Database options.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::Args;
use frontdesk_domain::{
    db::{DatabaseUrl, Options},
    events::Kept,
};
use frontdesk_model::Secret;

use super::{Error, files, secret};

const DATA: &str = "Data";

/// Database options.
#[derive(Args, Clone, Debug)]
#[expect(rustdoc::invalid_html_tags, reason = "clap prints these comments as they are, in a terminal")]
pub struct Database {
    /// The database: sqlite:<path> or postgres://user:password@host:port/name [default: the file
    /// frontdesk.db in the data directory]
    ///
    /// Flags can be seen by everybody on this machine: give a URL that has a password in it by the
    /// variable or in a file.
    #[arg(long, env = "FRONTDESK_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    #[arg(global = true, help_heading = DATA, conflicts_with = "database_url_file")]
    pub database_url: Option<Secret>,

    /// A file with the database URL in it
    #[arg(long, env = "FRONTDESK_DATABASE_URL_FILE", value_name = "FILE")]
    #[arg(global = true, help_heading = DATA)]
    pub database_url_file: Option<PathBuf>,

    /// Where files are kept; made if it is not there
    #[arg(long, env = "FRONTDESK_DATA_DIR", value_name = "DIRECTORY", default_value = "data")]
    #[arg(global = true, help_heading = DATA)]
    pub data_dir: PathBuf,

    /// Connections to the database
    #[arg(long, env = "FRONTDESK_DATABASE_CONNECTIONS", value_name = "NUMBER", default_value_t = 8)]
    #[arg(global = true, help_heading = DATA, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub database_connections: u32,

    /// Days for which the feed of events keeps them
    #[arg(long, env = "FRONTDESK_KEEP_EVENTS", value_name = "DAYS", default_value_t = Kept::LEAST)]
    #[arg(global = true, help_heading = DATA)]
    #[arg(value_parser = clap::value_parser!(u16).range(i64::from(Kept::LEAST)..))]
    pub keep_events: u16,
}

impl Database {
    /// Time for which the feed keeps events. The parser has refused shorter ones.
    pub fn events_kept(&self) -> Kept {
        Kept::days(self.keep_events).unwrap_or_default()
    }

    /// URL of the database.
    ///
    /// # Errors
    /// An invalid URL, or a file that cannot be read.
    pub fn url(&self) -> Result<DatabaseUrl, Error> {
        let file = self.database_url_file.as_ref();
        match secret(self.database_url.as_ref(), file, "--database-url-file")? {
            Some(url) => url.expose().parse().map_err(Error::DatabaseUrl),
            None => Ok(DatabaseUrl::Sqlite(self.data_dir.join("frontdesk.db"))),
        }
    }

    /// Creates the data directory and the SQLite file if they are missing, readable only by their owner.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn make_files(&self, url: &DatabaseUrl) -> Result<(), Error> {
        match url {
            DatabaseUrl::Sqlite(file) => {
                self.make_directories(file)?;
                made(file, files::private_file(file))
            }
            DatabaseUrl::Postgres(_) => made(&self.data_dir, files::private_directory(&self.data_dir)),
        }
    }

    /// Creates the data directory and that of the SQLite file if they are missing.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn make_directories(&self, file: &Path) -> Result<(), Error> {
        let of_file = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        for directory in [Some(self.data_dir.as_path()), of_file].into_iter().flatten() {
            made(directory, files::private_directory(directory))?;
        }
        Ok(())
    }

    /// See [`super::Config::warn_of_open_files`].
    pub(super) fn warn_of_open_files(&self, url: &DatabaseUrl) {
        files::warn_if_open(&self.data_dir, "--data-dir");
        if let Some(file) = &self.database_url_file {
            files::warn_if_open(file, "--database-url-file");
        }
        match url {
            DatabaseUrl::Sqlite(file) => {
                for ending in ["", "-wal", "-shm"] {
                    let mut file = file.clone().into_os_string();
                    file.push(ending);
                    files::warn_if_open(Path::new(&file), "the database");
                }
            }
            DatabaseUrl::Postgres(url) => {
                if let Some(key) = &url.client_key {
                    files::warn_if_open(key, "sslkey of the database URL");
                }
            }
        }
    }

    /// Options of the connections.
    pub(super) fn options(&self) -> Options {
        Options { connections: self.database_connections, ..Options::default() }
    }
}

fn made(path: &Path, result: io::Result<()>) -> Result<(), Error> {
    result.map_err(|source| Error::Make { path: path.to_owned(), source })
}

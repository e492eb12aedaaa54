//! `frontdesk migrate`.

use frontdesk::config::Config;
use frontdesk_domain::db::{Db, Options};

use super::{Error, print};

pub async fn run(config: &Config) -> Result<(), Error> {
    let url = config.database_url()?;
    config.make_files(&url)?;
    let options = Options { connections: 1, ..Options::default() };
    let db =
        Db::open(&url, &options).await.map_err(|source| Error::Database { url: url.to_string(), source })?;
    db.close().await;
    print(&format!("The schema of {url} is up to date."))
}

//! `frontdesk worker`.

use clap::Args;
use frontdesk::{config::Config, shutdown::Shutdown, surfaces::metrics, worker};

use super::{Error, greeting, open};

/// Work on jobs until told to stop, beside `serve` or instead of its own worker
///
/// Any number of them can share one database. Each job is taken by one, and by another if that
/// one is not heard of any more.
#[derive(Args)]
pub struct Arguments {}

impl Arguments {
    /// # Errors
    /// The reason that the command failed.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        work(config).await
    }
}

async fn work(config: &Config) -> Result<(), Error> {
    let url = config.database.url()?;
    let shutdown = Shutdown::default();
    shutdown.begin_on_signals(config.network.shutdown_deadline).map_err(Error::Signals)?;
    if let Some(address) = config.network.metrics_listen {
        metrics::start(address, &shutdown).await?;
    }
    config.warn_of_open_files(&url);
    let domain = open(config, url).await?;
    let _ = greeting::payments(&domain);
    worker::run(domain.clone(), config.worker(), shutdown).await;
    domain.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

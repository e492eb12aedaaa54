//! `frontdesk worker`.

use frontdesk::{config::Config, shutdown::Shutdown, surfaces::metrics, worker};

use super::{Error, open};

pub async fn run(config: &Config) -> Result<(), Error> {
    let url = config.database_url()?;
    let shutdown = Shutdown::default();
    shutdown.begin_on_signals().map_err(Error::Signals)?;
    if let Some(address) = config.metrics_listen {
        metrics::start(address, &shutdown).await?;
    }
    let domain = open(config, url).await?;
    worker::run(domain.clone(), config.jobs(), shutdown).await;
    domain.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

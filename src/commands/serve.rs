//! `frontdesk serve`: everything is made here, and handed to those who need it.

use frontdesk::{
    chores,
    config::{BaseUrl, Config},
    http::AppState,
    metrics, router,
    serve::{self, files::make_room},
    shutdown::Shutdown,
    worker,
};
use frontdesk_domain::{
    Domain,
    accounts::{self, FirstLink},
};
use tokio::net::TcpListener;

use super::{Error, invitation, open, print};

pub async fn run(config: &Config) -> Result<(), Error> {
    let (address, base_url, url) = (config.listen, config.base_url(), config.database_url()?);
    // Before the database is touched: who has the port is the one to change it.
    let listener = TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
    let shutdown = Shutdown::default();
    shutdown.begin_on_signals().map_err(Error::Signals)?;
    if let Some(address) = config.metrics_listen {
        metrics::start(address, &shutdown).await?;
    }
    let domain = open(config, url).await?;
    greet(&domain, &base_url).await?;

    let state = AppState::new(domain.clone(), config.http(), shutdown.clone());
    let chores = tokio::spawn(chores::run(domain.clone(), shutdown.clone()));
    let worker =
        (!config.no_jobs).then(|| tokio::spawn(worker::run(domain.clone(), config.jobs(), shutdown.clone())));
    let mut settings = config.serve();
    settings.connections = make_room(settings.connections, config.database_connections as usize);
    serve::serve(listener, router(&state), &settings, shutdown).await.map_err(Error::Serve)?;

    // They end by themselves, and a panic in one has been logged.
    let _ = chores.await;
    if let Some(worker) = worker {
        let _ = worker.await;
    }
    chores::flush(&domain).await;
    domain.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Tells the operator how to go on.
async fn greet(domain: &Domain, base_url: &BaseUrl) -> Result<(), Error> {
    tracing::info!(gateway = domain.gateway.name(), "who moves money");
    if !base_url.is_https() && !base_url.is_loopback() {
        tracing::warn!(%base_url, "browsers reach this server without HTTPS: passwords can be read on their way");
    }
    match accounts::first_link(domain).await? {
        FirstLink::NotNeeded => Ok(()),
        FirstLink::New(token) => print(&format!("\n{}\n", invitation(base_url, &token))),
        FirstLink::Earlier { expires_at } => print(&format!(
            "\nNobody owns this Frontdesk yet. The link to become its owner that was printed before works until\n\
             {}. For a new link in its place, run `frontdesk admin setup-link`.\n",
            expires_at.exact()
        )),
    }
}

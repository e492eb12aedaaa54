//! `frontdesk serve`: everything is made here, and handed to those who need it.

use std::net::SocketAddr;

use frontdesk::{
    AppState, chores,
    config::Config,
    router,
    serve::{self, Door, files::make_room},
    shutdown::Shutdown,
    surfaces::{metrics, redirect},
    tls::renewal::Certificate,
    worker,
};
use frontdesk_domain::{
    Domain,
    accounts::{self, FirstLink},
};
use frontdesk_http::BaseUrl;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};

use super::{Error, invitation, open, print};

pub async fn run(config: &Config) -> Result<(), Error> {
    let (base_url, url) = (config.base_url(), config.database_url()?);
    // Before the database is touched: who has the port is the one to change it.
    let Doors { main, redirecting, certificate } = doors(config).await?;
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
    let renewal = certificate.map(|(certificate, hangups)| {
        tokio::spawn(certificate.follow(domain.clock.clone(), hangups, shutdown.clone()))
    });
    let (mut settings, redirects) = (config.serve(), config.serve_redirects());
    let beside = if redirecting.is_some() { redirects.connections } else { 0 };
    settings.connections = make_room(settings.connections, beside, config.database_connections as usize);
    let redirected = async {
        match redirecting {
            Some(door) => serve::serve(door, redirect::router(&base_url), &redirects, shutdown.clone()).await,
            None => Ok(()),
        }
    };
    let served = serve::serve(main, router(&state), &settings, shutdown.clone());
    tokio::try_join!(served, redirected).map_err(Error::Serve)?;

    // They end by themselves, and a panic in one has been logged.
    let _ = chores.await;
    for task in [worker, renewal].into_iter().flatten() {
        let _ = task.await;
    }
    chores::flush(&domain).await;
    domain.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// What is listened on.
struct Doors {
    main: Door,
    /// From where others are led to the main one.
    redirecting: Option<Door>,
    /// What the main one shows, and the signal to read it again: SIGHUP, which without a certificate
    /// means what it always does.
    certificate: Option<(Certificate, Signal)>,
}

async fn doors(config: &Config) -> Result<Doors, Error> {
    let certificate = match config.tls.files() {
        Some(files) => {
            let hangups = signal(SignalKind::hangup()).map_err(Error::Signals)?;
            Some((Certificate::load(files)?, hangups))
        }
        None => None,
    };
    let listener = bind(config.listen).await?;
    let main = match &certificate {
        Some((certificate, _)) => Door::secured(listener, certificate.acceptor()?),
        None => Door::plain(listener),
    };
    let redirecting = match config.tls.redirect_listen {
        Some(address) => Some(Door::plain(bind(address).await?)),
        None => None,
    };
    Ok(Doors { main, redirecting, certificate })
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })
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

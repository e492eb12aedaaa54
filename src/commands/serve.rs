//! `frontdesk serve`: builds the server from its parts and runs it.

use std::{io, net::SocketAddr};

use clap::Args;
use frontdesk::{
    AppState,
    config::Config,
    last_seen,
    listener::{
        self, Listener, Service,
        open_files::{Room, make_room},
    },
    router,
    shutdown::Shutdown,
    surfaces::{self, metrics, redirect},
    tls::renewal::Certificate,
    worker,
};
use frontdesk_domain::jobs;
use frontdesk_http::layers::security_headers::Https;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};

use super::{Error, greeting::greeting, open, print};

/// Serve pages until told to stop
///
/// The database is made if there is none, and its schema brought up to date. The first time, a
/// link is printed with which to become its owner.
#[derive(Args)]
pub struct Arguments {}

impl Arguments {
    /// # Errors
    /// The reason that the command failed.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        serve(config).await
    }
}

async fn serve(config: &Config) -> Result<(), Error> {
    let (base_url, url) = (config.base_url(), config.database.url()?);
    let room = room(config)?;
    // Before the database is opened: only the process that has the port may migrate it.
    let Listeners { main, redirects, certificate } = listen(config).await?;
    let shutdown = Shutdown::default();
    shutdown.begin_on_signals(config.network.shutdown_deadline).map_err(Error::Signals)?;
    if let Some(address) = config.network.metrics_listen {
        metrics::start(address, &shutdown).await?;
    }
    config.warn_of_open_files(&url);
    let domain = open(config, url).await?;
    let greeting = greeting(&domain, config).await?;

    let state = AppState::new(domain.clone(), config.http(), shutdown.clone());
    let last_seen = tokio::spawn(last_seen::run(domain.clone(), shutdown.clone()));
    let jobs = jobs::Settings { deliveries: room.deliveries.max(1), ..config.worker() };
    let worker =
        (!config.jobs.no_jobs).then(|| tokio::spawn(worker::run(domain.clone(), jobs, shutdown.clone())));
    let renewal = certificate.map(|(certificate, hangups)| {
        tokio::spawn(certificate.follow(domain.clock.clone(), hangups, shutdown.clone()))
    });
    let settings = listener::Settings { connections: room.connections, ..config.network.listener() };
    let few = listener::Settings { connections: room.redirected, ..config.network.redirects() };
    let redirected = async {
        let service = Service::plain(redirect::router(&base_url));
        match redirects {
            Some(at) => listener::serve(at, service, &few, shutdown.clone()).await,
            None => Ok(()),
        }
    };
    let spare = Some(surfaces::spare(&state));
    let service = Service { router: router(&state), spare, https: Https(base_url.is_https()) };
    let served = listener::serve(main, service, &settings, shutdown.clone());
    // Polled last, so that the greeting stands below the lines of the log about the start.
    let greeted = async { print(&greeting).map_err(io::Error::other) };
    tokio::try_join!(served, redirected, greeted).map_err(Error::Serve)?;

    // They end with the shutdown, and a panic in one has been logged.
    let _ = last_seen.await;
    for task in [worker, renewal].into_iter().flatten() {
        let _ = task.await;
    }
    last_seen::flush(&domain).await;
    domain.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Makes room for the open files that the configuration needs.
fn room(config: &Config) -> Result<Room, Error> {
    let redirects = config.tls.redirect_listen.map(|_| config.network.redirects().connections);
    let wanted = Room {
        connections: config.network.listener().connections,
        redirected: redirects.unwrap_or_default(),
        database_connections: config.database.database_connections as usize,
        deliveries: if config.jobs.no_jobs { 0 } else { config.worker().deliveries },
    };
    Ok(make_room(wanted)?)
}

/// The listeners, and the certificate of the main one.
struct Listeners {
    main: Listener,
    /// Redirects to the main one.
    redirects: Option<Listener>,
    /// The certificate, and the signal to read it again: SIGHUP, which keeps its default action without
    /// a certificate.
    certificate: Option<(Certificate, Signal)>,
}

async fn listen(config: &Config) -> Result<Listeners, Error> {
    let certificate = match config.tls.files() {
        Some(files) => {
            let hangups = signal(SignalKind::hangup()).map_err(Error::Signals)?;
            Some((Certificate::load(files)?, hangups))
        }
        None => None,
    };
    let listener = bind(config.network.listen).await?;
    let main = match &certificate {
        Some((certificate, _)) => Listener::secured(listener, certificate.acceptor()?),
        None => Listener::plain(listener),
    };
    let redirects = match config.tls.redirect_listen {
        Some(address) => Some(Listener::plain(bind(address).await?)),
        None => None,
    };
    Ok(Listeners { main, redirects, certificate })
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })
}

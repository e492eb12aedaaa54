//! From connections to requests: accepting, the limits of HTTP/1.1 itself, and leaving.

mod door;
pub mod files;
mod handshake;
mod header;
mod stall;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tower::ServiceExt;

use crate::shutdown::Shutdown;
pub use door::Door;
use handshake::Secured;
use header::{Answer, HeaderTimeout, Turn};
use stall::StallTimeout;

/// The request line and headers, in bytes. More is answered with 431.
const HEADER_BYTES: usize = 16 * 1024;
/// What a connection buffers in each direction, in bytes: the header must fit.
const BUFFER_BYTES: usize = 64 * 1024;
/// How long to wait before accepting again when the system cannot give another connection.
const OUT_OF_RESOURCES: Duration = Duration::from_millis(200);

/// How connections are treated.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many connections there are at most. The next ones wait in the system's queue.
    pub connections: usize,
    /// How long a connection is kept between two requests.
    pub idle: Duration,
    /// How long a request's header may take, from its first byte; and how long a new connection may
    /// be without one, its TLS handshake included.
    pub header: Duration,
    /// How long a client may take in nothing of its answer.
    pub stall: Duration,
    /// How long requests are still accepted after the shutdown has begun.
    pub shutdown_delay: Duration,
    /// How long requests in flight may then take.
    pub shutdown_deadline: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 4_096,
            idle: Duration::from_secs(75),
            header: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            shutdown_delay: Duration::ZERO,
            shutdown_deadline: Duration::from_secs(20),
        }
    }
}

/// Serves at one door until `shutdown` begins; then stops accepting, lets the requests in flight finish, and
/// returns when they have, or at the deadline. Requests carry `ConnectInfo<SocketAddr>`.
///
/// # Errors
/// None once it serves: a connection that fails concerns only itself.
pub async fn serve(door: Door, router: Router, settings: &Settings, shutdown: Shutdown) -> io::Result<()> {
    let address = door.address()?;
    let http = protocol(settings);
    let slots = Arc::new(Semaphore::new(settings.connections));
    let graceful = GracefulShutdown::new();
    let closing = async {
        shutdown.begun().await;
        sleep(settings.shutdown_delay).await;
    };
    tokio::pin!(closing);
    tracing::info!(%address, https = door.tls.is_some(), "listening");
    loop {
        let (stream, peer, slot) = tokio::select! {
            accepted = accept(&door.listener, &slots) => accepted,
            () = &mut closing => break,
        };
        let stream = StallTimeout::new(stream, settings.stall);
        let to = Respondent { http: http.clone(), header: settings.header, router: router.clone(), peer };
        let watcher = graceful.watcher();
        match &door.tls {
            None => tokio::spawn(converse(stream, to, watcher, slot)),
            Some(tls) => tokio::spawn(converse(Secured::new(tls, stream, peer), to, watcher, slot)),
        };
    }
    drop(door);
    match timeout(settings.shutdown_deadline, graceful.shutdown()).await {
        Ok(()) => tracing::info!(%address, "all requests are finished"),
        Err(_) => {
            let connections = settings.connections - slots.available_permits();
            tracing::warn!(
                %address,
                connections,
                "the deadline has come with requests in flight: they are cut off"
            );
        }
    }
    Ok(())
}

/// What hyper holds connections to. It answers headers that are too large with 431 and those that
/// cannot be parsed with 400, by itself and with nothing of ours, and closes. Its timeout for headers
/// begins with the end of the request before: a header that has begun has [`HeaderTimeout`]'s.
fn protocol(settings: &Settings) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(settings.idle.max(settings.header))
        .max_header_size(HEADER_BYTES)
        .max_buf_size(BUFFER_BYTES);
    http
}

/// The next connection, once there is a slot for it.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    // An error would mean that the semaphore is closed, which nobody does.
    let slot = slots.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, slot),
            Err(error) if is_about_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                sleep(OUT_OF_RESOURCES).await;
            }
        }
    }
}

fn is_about_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Who answers on one connection.
struct Respondent {
    http: http1::Builder,
    /// How long a header may take.
    header: Duration,
    router: Router,
    peer: SocketAddr,
}

/// Answers the requests of one connection until it ends.
async fn converse<S>(stream: S, to: Respondent, watcher: Watcher, _slot: Option<OwnedSemaphorePermit>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Respondent { http, header, router, peer } = to;
    let turn = Turn::default();
    let stream = HeaderTimeout::new(stream, turn.clone(), header);
    let service = service_fn(move |request: Request<Incoming>| {
        turn.begin_answer();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let (answer, turn) = (router.clone().oneshot(request), turn.clone());
        async move { answer.await.map(|answer| answer.map(|body| Answer::new(body, turn))) }
    });
    if let Err(error) = watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await {
        // Clients vanish, stall and send nonsense all day long.
        tracing::debug!(%error, "a connection broke");
    }
}

#[cfg(test)]
mod tests;

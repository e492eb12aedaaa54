//! The accept loop, the connections it accepts, and their graceful shutdown.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use frontdesk_http::layers::security_headers;
use http::Request;
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tower::ServiceExt;

use super::{
    Listener, Service, Settings,
    bare_answers::BareAnswers,
    connections::{Connections, Limits, Place},
    handshake::Secured,
    header_timeout::{Answer, Arriving, HeaderTimeout, Turn},
    stall_timeout::StallTimeout,
};
use crate::shutdown::Shutdown;

/// The largest request line with its headers, in bytes. A larger one is answered with 431.
pub(super) const HEADER_BYTES: usize = 16 * 1024;
/// The buffer of a connection in each direction, in bytes: the header must fit.
const BUFFER_BYTES: usize = 64 * 1024;
/// The connections beyond the limit, for health checks.
pub(super) const SPARE: usize = 8;
/// The longest time between two looks for a connection that may give way.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// The pause before the next accept when the system is out of resources.
const OUT_OF_RESOURCES: Duration = Duration::from_millis(200);

/// Serves until `shutdown` begins; then stops accepting, waits for the requests in flight or the deadline,
/// and returns. Requests carry `ConnectInfo<SocketAddr>`.
///
/// # Errors
/// None once it serves: the failure of a connection affects only itself.
pub async fn serve(
    listener: Listener,
    service: Service,
    settings: &Settings,
    shutdown: Shutdown,
) -> io::Result<()> {
    let address = listener.address()?;
    let http = protocol(settings);
    let headers: Arc<str> = security_headers::lines(service.https).into();
    let connections = Connections::new(limits(settings, &service));
    let graceful = GracefulShutdown::new();
    let closing = shutdown.drained(settings.shutdown_delay);
    tokio::pin!(closing);
    tracing::info!(%address, https = listener.tls.is_some(), "listening");
    loop {
        let (stream, peer) = tokio::select! {
            accepted = accept(&listener.socket, &connections) => accepted,
            () = &mut closing => break,
        };
        let Some(place) = connections.admit(peer.ip()) else {
            tracing::debug!(%peer, "refused a connection: its client has too many");
            continue;
        };
        let stream = StallTimeout::new(stream, settings.stall, place.activity());
        let router = service.spare.as_ref().filter(|_| place.is_spare).unwrap_or(&service.router).clone();
        let (http, headers) = (http.clone(), headers.clone());
        let connection = Connection { http, header: settings.header, headers, router, peer, place };
        let watcher = graceful.watcher();
        match &listener.tls {
            None => tokio::spawn(respond(stream, connection, watcher)),
            Some(tls) => tokio::spawn(respond(Secured::new(tls, stream, peer), connection, watcher)),
        };
    }
    drop(listener);
    let left = settings.shutdown_deadline.saturating_sub(shutdown.elapsed());
    match timeout(left, graceful.shutdown()).await {
        Ok(()) => tracing::info!(%address, "all requests are finished"),
        Err(_) => tracing::warn!(
            %address,
            connections = connections.count(),
            "requests are still in flight at the shutdown deadline: their connections are closed"
        ),
    }
    Ok(())
}

fn limits(settings: &Settings, service: &Service) -> Limits {
    Limits {
        total: settings.connections,
        per_client: settings.connections_per_client.min(settings.connections / 2).max(1),
        spare: if service.spare.is_some() { SPARE } else { 0 },
        proxies: settings.trusted_proxies.clone(),
    }
}

/// Returns hyper's settings. Hyper rejects headers that are too large with 431 and invalid ones with 400,
/// before any layer of ours, and closes the connection. Its header timeout begins at the end of the
/// previous request; once a header has begun, [`HeaderTimeout`] applies.
fn protocol(settings: &Settings) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(settings.idle.max(settings.header))
        .max_header_size(HEADER_BYTES)
        .max_buf_size(BUFFER_BYTES);
    http
}

/// Accepts the next connection, and returns it once there is room for it.
async fn accept(socket: &TcpListener, connections: &Connections) -> (TcpStream, SocketAddr) {
    loop {
        match socket.accept().await {
            Ok(accepted) => {
                connections.room().await;
                return accepted;
            }
            Err(error) if is_about_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                connections.make_room();
                sleep(OUT_OF_RESOURCES).await;
            }
        }
    }
}

fn is_about_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// One connection and its settings.
struct Connection {
    http: http1::Builder,
    /// The longest time for a header.
    header: Duration,
    /// The header lines of hyper's own responses.
    headers: Arc<str>,
    router: Router,
    peer: SocketAddr,
    place: Place,
}

/// Responds to the requests of one connection until it ends, or has to give way to another.
async fn respond<S>(stream: S, connection: Connection, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Connection { http, header, headers, router, peer, place } = connection;
    let turn = Turn::new(place.activity());
    let stream = HeaderTimeout::new(stream, turn.clone(), header);
    let stream = BareAnswers::new(stream, turn.clone(), headers);
    let service = service_fn(move |request: Request<Incoming>| {
        turn.begin_answer(request.body().is_end_stream());
        let mut request = request.map(|body| Body::new(Arriving::new(body, turn.clone())));
        request.extensions_mut().insert(ConnectInfo(peer));
        let (answer, turn) = (router.clone().oneshot(request), turn.clone());
        async move { answer.await.map(|answer| answer.map(|body| Answer::new(body, turn))) }
    });
    tokio::select! {
        result = watcher.watch(http.serve_connection(TokioIo::new(stream), service)) => {
            if let Err(error) = result {
                // Expected: clients disconnect, stall and send invalid requests.
                tracing::debug!(%error, "a connection failed");
            }
        }
        () = place.given_away() => tracing::debug!(%peer, "closed a waiting connection to make room"),
    }
}

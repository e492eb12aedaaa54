//! The accept loop, the connections it accepts, and their graceful shutdown.

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

use super::{
    Listener, Settings,
    handshake::Secured,
    header_timeout::{Answer, HeaderTimeout, Turn},
    stall_timeout::StallTimeout,
};
use crate::shutdown::Shutdown;

/// The largest request line with its headers, in bytes. A larger one is answered with 431.
pub(super) const HEADER_BYTES: usize = 16 * 1024;
/// The buffer of a connection in each direction, in bytes: the header must fit.
const BUFFER_BYTES: usize = 64 * 1024;
/// The pause before the next accept when the system is out of resources.
const OUT_OF_RESOURCES: Duration = Duration::from_millis(200);

/// Serves until `shutdown` begins; then stops accepting, waits for the requests in flight or the deadline,
/// and returns. Requests carry `ConnectInfo<SocketAddr>`.
///
/// # Errors
/// None once it serves: the failure of a connection affects only itself.
pub async fn serve(
    listener: Listener,
    router: Router,
    settings: &Settings,
    shutdown: Shutdown,
) -> io::Result<()> {
    let address = listener.address()?;
    let http = protocol(settings);
    let slots = Arc::new(Semaphore::new(settings.connections));
    let graceful = GracefulShutdown::new();
    let closing = async {
        shutdown.begun().await;
        sleep(settings.shutdown_delay).await;
    };
    tokio::pin!(closing);
    tracing::info!(%address, https = listener.tls.is_some(), "listening");
    loop {
        let (stream, peer, slot) = tokio::select! {
            accepted = accept(&listener.socket, &slots) => accepted,
            () = &mut closing => break,
        };
        let stream = StallTimeout::new(stream, settings.stall);
        let connection =
            Connection { http: http.clone(), header: settings.header, router: router.clone(), peer };
        let watcher = graceful.watcher();
        match &listener.tls {
            None => tokio::spawn(respond(stream, connection, watcher, slot)),
            Some(tls) => tokio::spawn(respond(Secured::new(tls, stream, peer), connection, watcher, slot)),
        };
    }
    drop(listener);
    match timeout(settings.shutdown_deadline, graceful.shutdown()).await {
        Ok(()) => tracing::info!(%address, "all requests are finished"),
        Err(_) => {
            let connections = settings.connections - slots.available_permits();
            tracing::warn!(
                %address,
                connections,
                "requests are still in flight at the shutdown deadline: their connections are closed"
            );
        }
    }
    Ok(())
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

/// Accepts the next connection, once there is a slot for it.
async fn accept(
    socket: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed.
    let slot = slots.clone().acquire_owned().await.ok();
    loop {
        match socket.accept().await {
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

/// One connection and its settings.
struct Connection {
    http: http1::Builder,
    /// The longest time for a header.
    header: Duration,
    router: Router,
    peer: SocketAddr,
}

/// Responds to the requests of one connection until it ends.
async fn respond<S>(stream: S, connection: Connection, watcher: Watcher, _slot: Option<OwnedSemaphorePermit>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Connection { http, header, router, peer } = connection;
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
        // Expected: clients disconnect, stall and send invalid requests.
        tracing::debug!(%error, "a connection failed");
    }
}

//! From connections to requests: accepting, TLS, the limits of HTTP/1.1 itself, and graceful shutdown.

mod bare_answers;
mod connections;
mod handshake;
mod header_timeout;
pub mod open_files;
mod serve;
mod stall_timeout;
#[cfg(test)]
mod tests;

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use frontdesk_http::{layers::security_headers::Https, request::client_address::TrustedProxies};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

pub use serve::serve;

/// A socket that accepts connections, with or without TLS.
pub struct Listener {
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Listener {
    /// Plain HTTP: for this machine, behind a proxy, or to redirect.
    pub fn plain(socket: TcpListener) -> Self {
        Self { socket, tls: None }
    }

    /// HTTPS only.
    pub fn secured(socket: TcpListener, tls: TlsAcceptor) -> Self {
        Self { socket, tls: Some(tls) }
    }

    fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// The routers of a listener.
pub struct Service {
    pub router: Router,
    /// Serves a few connections beyond the limit: health checks.
    pub spare: Option<Router>,
    pub https: Https,
}

impl Service {
    /// A service without spare connections, over plain HTTP.
    pub fn plain(router: Router) -> Self {
        Self { router, spare: None, https: Https(false) }
    }
}

/// The limits of connections.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The most connections. For a further one, the connection is closed that has waited for its client the
    /// longest; if none does, it waits in the system's queue.
    pub connections: usize,
    /// The most connections of one client, of which no more than half of all.
    pub connections_per_client: usize,
    /// The trusted proxies: their connections are those of many clients.
    pub trusted_proxies: TrustedProxies,
    /// The longest time between two requests on a connection.
    pub idle: Duration,
    /// The longest time for a request's header, from its first byte; and for a new connection until its
    /// first header, with the TLS handshake.
    pub header: Duration,
    /// The longest time in which a client reads nothing of its response.
    pub stall: Duration,
    /// The time in which requests are still accepted after the shutdown has begun; `None` to follow the
    /// load balancer ([`crate::shutdown::Shutdown::drained`]).
    pub shutdown_delay: Option<Duration>,
    /// The longest time from the beginning of the shutdown to the end of requests in flight.
    pub shutdown_deadline: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 4_096,
            connections_per_client: 512,
            trusted_proxies: TrustedProxies::default(),
            idle: Duration::from_secs(75),
            header: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            shutdown_delay: None,
            shutdown_deadline: Duration::from_secs(8),
        }
    }
}
